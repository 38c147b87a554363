import Box from '@mui/material/Box';
import useMediaQuery from '@mui/material/useMediaQuery';
import type { ReactElement } from 'react';
import {
  BooleanField,
  BulkDeleteButton,
  CreateButton,
  DataTable,
  DateTimeInput,
  DeleteButton,
  EditButton,
  FilterButton,
  FunctionField,
  List,
  NumberField,
  ReferenceField,
  SelectInput,
  Show,
  SimpleList,
  SimpleShowLayout,
  TextField,
  TextInput,
  TopToolbar,
  useCanAccess,
  useListContext,
  useResourceContext,
  type ListProps,
  type RaRecord,
} from 'react-admin';
import { useService } from './access.js';
import { CommandButtons } from './commands.js';
import { instantOf } from './field-text.js';
import type { Filter, Member, Resource } from './resources.js';
import { TEXTS } from './texts.js';
import { Time } from './time.js';

/** The columns of a list that are shown without choosing. */
const COLUMNS = 6;

/** The resource of the page. */
export function useResource(): Resource {
  const key = useResourceContext();
  const found = useService().resources.find((resource) => resource.key === key);
  if (!found) throw new Error(`The service has no resource ${key}.`);
  return found;
}

/** `props` are those of the list, where a page needs others. */
export function ListPage(props: Partial<ListProps>): ReactElement {
  const resource = useResource();
  const isNarrow = useMediaQuery((theme) => theme.breakpoints.down('sm'));
  const { canAccess: canRead } = useCanAccess({ resource: resource.key, action: 'show' });
  const columns = resource.columns.filter(({ kind }) => kind !== 'other' && kind !== 'long');
  const rowClick = canRead ? 'show' : false;
  return (
    <List
      {...{ title: resource.label, sort: { field: 'Id', order: 'DESC' }, exporter: false, empty: false, perPage: 25 }}
      filters={resource.filters.map((filter) => filterInput(filter))}
      actions={<ListActions />}
      {...props}
    >
      {isNarrow ? (
        <SimpleList
          {...{ rowClick, primaryText: (record: RaRecord) => titleOf(record, columns) }}
          secondaryText={(record: RaRecord) => <Summary record={record} members={columns.slice(1, 4)} />}
        />
      ) : (
        <DataTable
          {...{ rowClick, empty: <Empty /> }}
          bulkActionButtons={resource.roles.run || resource.roles.delete ? <BulkActions /> : false}
          hiddenColumns={columns.slice(COLUMNS).map(({ name }) => name)}
        >
          {columns.map((member) => (
            <DataTable.Col
              {...{ key: member.name, source: member.name, label: member.label }}
              disableSort={!resource.orderable.has(member.name)}
              field={undefined}
            >
              {fieldOf(member)}
            </DataTable.Col>
          ))}
        </DataTable>
      )}
    </List>
  );
}

function ListActions(): ReactElement {
  const { roles } = useResource();
  return (
    <TopToolbar>
      <FilterButton />
      {roles.create && <CreateButton />}
      <CommandButtons of="resource" />
    </TopToolbar>
  );
}

function BulkActions(): ReactElement {
  const { selectedIds } = useListContext<RaRecord<number>>();
  const resource = useResource();
  const { canAccess } = useCanAccess({ resource: resource.key, action: 'delete' });
  return (
    <>
      <CommandButtons of="selection" selected={selectedIds} />
      {canAccess && <BulkDeleteButton mutationMode="pessimistic" />}
    </>
  );
}

export function ShowPage(): ReactElement {
  const resource = useResource();
  return (
    <Show
      title={<RecordTitle />}
      actions={
        <TopToolbar>
          <CommandButtons of="record" />
          {resource.roles.edit && <EditButton />}
          {resource.roles.delete && <DeleteButton mutationMode="pessimistic" />}
        </TopToolbar>
      }
    >
      <SimpleShowLayout>{resource.columns.map((member) => fieldOf(member))}</SimpleShowLayout>
    </Show>
  );
}

export function RecordTitle(): ReactElement {
  const { name } = useResource();
  return <FunctionField render={(record: RaRecord) => `${name} ${titleOf(record, [])}`} />;
}

function Empty(): ReactElement {
  return <Box sx={{ p: 4, textAlign: 'center' }}>{TEXTS.list.empty}</Box>;
}

function titleOf(record: RaRecord, members: readonly Member[]): string {
  const first = members[0] ? (record[members[0].name] as unknown) : undefined;
  return String(record.ToStringText ?? first ?? record.id);
}

function Summary({
  record,
  members,
}: {
  readonly record: RaRecord;
  readonly members: readonly Member[];
}): ReactElement {
  return (
    <>
      {members.map(({ name, kind }, n) => (
        <span key={name}>
          {n > 0 && ' · '}
          {kind === 'date' ? <Time of={record[name] as string | null} /> : String(record[name] ?? TEXTS.none)}
        </span>
      ))}
    </>
  );
}

function fieldOf({ name: source, label, kind, target }: Member): ReactElement {
  const common = { key: source, source, label, emptyText: TEXTS.none };
  if (kind === 'reference' && target !== undefined)
    return <ReferenceField {...common} reference={target} link="show" />;
  if (kind === 'date')
    return <FunctionField {...common} render={(record: RaRecord) => <Time of={record[source] as string | null} />} />;
  if (kind === 'flag') return <BooleanField {...common} />;
  if (kind === 'whole') return <NumberField {...common} options={{ useGrouping: source !== 'Id' }} />;
  if (kind === 'other') return <FunctionField {...common} render={(record: RaRecord) => textOf(record[source])} />;
  return <TextField {...common} sx={{ overflowWrap: 'anywhere' }} />;
}

/** Lists and objects, such as what an event changed. */
function textOf(value: unknown): string {
  const values = [value ?? []].flat() as unknown[];
  return values.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join(', ') || TEXTS.none;
}

/** The field of a filter. With `alwaysOn` it is shown from the start, by that name. */
export function filterInput(filter: Filter, alwaysOn?: string): ReactElement {
  const side = filter.side === undefined ? '' : ` ${TEXTS.list[filter.side]}`;
  const label = alwaysOn ?? filter.label + side;
  const common = { key: filter.name, source: filter.name, label, helperText: false, alwaysOn: alwaysOn !== undefined };
  const choices = filter.choices.map((name) => ({ id: name, name }));
  if (filter.kind === 'date') return <DateTimeInput {...common} parse={parseDate} />;
  if (filter.kind === 'flag') return <SelectInput {...common} choices={FLAGS} />;
  if (filter.kind === 'choice') return <SelectInput {...common} choices={choices} />;
  return <TextInput {...common} title={TEXTS.list.filterHint} />;
}

export const parseDate = (text: string): string | null => (text === '' ? null : instantOf(text));

const FLAGS = ['true', 'false'].map((id) => ({ id, name: id }));

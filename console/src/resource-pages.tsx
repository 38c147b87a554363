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
  useRecordContext,
  useResourceContext,
  type ListProps,
  type RaRecord,
} from 'react-admin';
import { useService } from './access.js';
import { CommandButtons } from './commands.js';
import { instantOf } from './field-text.js';
import { TRAIL, type Filter, type Member, type Resource } from './resources.js';
import { TextButton } from './text-button.js';
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
  // On a narrow screen, the first text stands for the record: an Id says little.
  const name = columns.find(({ kind }) => kind === 'text');
  const others = columns.filter((member) => member !== name && member.name !== 'Id');
  return (
    <List
      {...{ title: resource.label, sort: { field: 'Id', order: 'DESC' }, exporter: false, empty: false, perPage: 25 }}
      filters={resource.filters.map((filter) => filterInput(filter))}
      actions={<ListActions />}
      {...props}
    >
      {isNarrow ? (
        <SimpleList
          {...{ rowClick, primaryText: (record: RaRecord) => titleOf(record, name) }}
          secondaryText={(record: RaRecord) => <Summary record={record} members={others.slice(0, 3)} />}
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
          <StoryLinks />
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

/** From a record to the session that it names, or to the sessions of the user that it names. */
function StoryLinks(): ReactElement | null {
  const record = useRecordContext<Readonly<Record<string, unknown>> & RaRecord>();
  const { canAccess } = useCanAccess({ resource: TRAIL, action: 'list' });
  if (!record || canAccess !== true) return null;
  const [session, user] = [record.SessionId, record.Email ?? record.Subject];
  return (
    <>
      {typeof session === 'string' && <TextButton label={TEXTS.sessions.story} href={`#/sessions/${session}`} />}
      {typeof user === 'string' && (
        <TextButton label={TEXTS.story.others} href={`#/history?user=${encodeURIComponent(user)}`} />
      )}
    </>
  );
}

export function RecordTitle(): ReactElement {
  const { name } = useResource();
  return <FunctionField render={(record: RaRecord) => `${name} ${titleOf(record)}`} />;
}

function Empty(): ReactElement {
  return <Box sx={{ p: 4, textAlign: 'center' }}>{TEXTS.list.empty}</Box>;
}

function titleOf(record: RaRecord, member?: Member): string {
  const named = member ? (record[member.name] as unknown) : undefined;
  return String(record.ToStringText ?? named ?? record.id);
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

/** The field of a filter. Those of the members `shown` are there from the start. */
export function filterInput(filter: Filter, shown: readonly string[] = []): ReactElement {
  const label = filter.side === undefined ? filter.label : `${filter.label} ${TEXTS.list[filter.side]}`;
  const common = { key: filter.name, source: filter.name, label, helperText: false };
  const alwaysOn = filter.side === undefined && shown.includes(filter.member);
  const choices = filter.choices.map((name) => ({ id: name, name }));
  if (filter.kind === 'date') return <DateTimeInput {...common} parse={parseDate} />;
  if (filter.kind === 'flag') return <SelectInput {...common} choices={FLAGS} />;
  if (filter.kind === 'choice') return <SelectInput {...common} choices={choices} />;
  return <TextInput {...common} alwaysOn={alwaysOn} title={filter.description ?? TEXTS.list.filterHint} />;
}

export const parseDate = (text: string): string | null => (text === '' ? null : instantOf(text));

const FLAGS = ['true', 'false'].map((id) => ({ id, name: id }));

import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useState, type ReactElement } from 'react';
import {
  Confirm,
  DataTable,
  FilterButton,
  List,
  SimpleList,
  TopToolbar,
  useCanAccess,
  useDeleteMany,
  useListContext,
  useNotify,
  useRefresh,
  type RaRecord,
} from 'react-admin';
import { useService } from './access.js';
import { Cutoff } from './cutoff.js';
import { filterInput } from './resource-pages.js';
import { SESSIONS, TRAIL } from './resources.js';
import type { SessionRecord } from './story.js';
import { TextButton } from './text-button.js';
import { TEXTS } from './texts.js';
import { Time } from './time.js';

const { sessions: T } = TEXTS;
type Row = RaRecord & SessionRecord;
const storyOf = (_id: unknown, _resource: string, record: RaRecord): string => `/sessions/${(record as Row).UniqueId}`;
const { user, client, address, device } = TEXTS.story.facts;
/** The names of filters, as the columns have them. */
const NAMES: Readonly<Record<string, string>> = {
  ...{ Subject: user, ClientId: client, Address: address, Device: device },
  ...{ UpdatedOn: T.lastUsed, CreatedOn: T.signedIn, ExpiresOn: T.expires },
};
/** The filters that are shown from the start. */
const ALWAYS_ON = ['Subject', 'ClientId'];
/** What is no member of a record is in the trail too, and needs its role. They are shown from the start where there is room. */
const OF_TRAIL = ['Address', 'Device'];
/** The filters that find what begins with the text. */
const BEGINS_WITH = ['Subject', 'ClientId', 'Address'].map((name) => `RefreshToken_${name}`);

/** The sessions that have a record: all that can be refreshed. */
export function SessionList(): ReactElement {
  const { resources, access } = useService();
  const isNarrow = useMediaQuery((theme) => theme.breakpoints.down('sm'));
  const [sessions, trail] = [SESSIONS, TRAIL].map((key) => resources.find((resource) => resource.key === key));
  const hidden = ['Ticket', ...(access.may(trail, 'list') ? [] : OF_TRAIL)];
  const shown = isNarrow ? ALWAYS_ON : [...ALWAYS_ON, ...OF_TRAIL];
  const filters = (sessions?.filters ?? [])
    .filter(({ member }) => !hidden.some((name) => member.includes(name)))
    .map((filter) => filterInput({ ...filter, label: NAMES[filter.member] ?? filter.label }, shown));
  return (
    <List
      {...{ title: T.title, filters, exporter: false, empty: false, perPage: 25, sort: { field: 'Id', order: 'DESC' } }}
      queryOptions={{ meta: { beginsWith: BEGINS_WITH } }}
      actions={<SessionActions />}
    >
      {isNarrow ? (
        <SimpleList
          {...{ rowClick: storyOf, primaryText: (record: RaRecord) => (record as Row).Subject }}
          secondaryText={(record: RaRecord) => <Used of={record as Row} />}
        />
      ) : (
        <DataTable {...{ rowClick: storyOf, empty: <Empty />, bulkActionButtons: <BulkEnd /> }}>
          <DataTable.Col source="Subject" label={TEXTS.story.facts.user} />
          <DataTable.Col source="ClientId" label={TEXTS.story.facts.client} />
          <DataTable.Col
            source="UpdatedOn"
            label={T.lastUsed}
            render={(record) => <Time of={(record as Row).UpdatedOn} />}
          />
          <DataTable.Col
            source="CreatedOn"
            label={T.signedIn}
            render={(record) => <Time of={(record as Row).CreatedOn} />}
          />
          <DataTable.Col
            source="ExpiresOn"
            label={T.expires}
            render={(record) => <Time of={(record as Row).ExpiresOn} />}
          />
        </DataTable>
      )}
    </List>
  );
}

function SessionActions(): ReactElement {
  return (
    <TopToolbar>
      <FilterButton />
      <Cutoff label={TEXTS.cutoff.button} />
    </TopToolbar>
  );
}

function Used({ of: { ClientId: client, UpdatedOn: used } }: { readonly of: Row }): ReactElement {
  return (
    <>
      {client} · <Time of={used} />
    </>
  );
}

function Empty(): ReactElement {
  return (
    <Box sx={{ p: 4, textAlign: 'center' }}>
      <Typography>{T.empty}</Typography>
    </Box>
  );
}

function BulkEnd(): ReactElement {
  const { data = [], selectedIds, onUnselectItems } = useListContext<Row>();
  const selected = data.filter(({ id }) => selectedIds.includes(id));
  return <EndSessions records={selected} onEnd={onUnselectItems} />;
}

interface EndProps {
  readonly records: readonly Row[];
  readonly onEnd?: () => void;
}

/** Ends sessions, after a confirmation. It is not shown to users who may not delete records. */
export function EndSessions({ records, onEnd }: EndProps): ReactElement | null {
  const [isOpen, setOpen] = useState(false);
  const { canAccess } = useCanAccess({ resource: SESSIONS, action: 'delete' });
  const [notify, refresh] = [useNotify(), useRefresh()];
  const [deleteMany, { isPending }] = useDeleteMany<Row>();
  if (canAccess !== true) return null;
  const end = (): void => {
    void deleteMany(
      SESSIONS,
      { ids: records.map(({ id }) => id) },
      {
        mutationMode: 'pessimistic',
        onSuccess: () => {
          notify(T.ended(records.length), { type: 'success' });
          onEnd?.();
        },
        onError: (error) => {
          notify((error as Error).message, { type: 'error' });
        },
        onSettled: () => {
          setOpen(false);
          refresh();
        },
      },
    );
  };
  return (
    <>
      <TextButton
        label={T.end(records.length)}
        color="error"
        variant="outlined"
        onClick={() => {
          setOpen(true);
        }}
      />
      <Confirm
        {...{ isOpen, loading: isPending, title: T.endTitle(records.length), content: T.endText }}
        {...{
          confirm: T.end(records.length),
          confirmColor: 'warning',
          onConfirm: end,
          onClose: () => {
            setOpen(false);
          },
        }}
      />
    </>
  );
}

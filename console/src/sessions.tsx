import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useState, type ReactElement } from 'react';
import {
  Button,
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
import { SESSIONS } from './resources.js';
import type { SessionRecord } from './story.js';
import { TEXTS } from './texts.js';
import { HistoryIcon } from './theme.js';
import { Time } from './time.js';

const { sessions: T } = TEXTS;
type Row = RaRecord & SessionRecord;
const storyOf = (_id: unknown, _resource: string, record: RaRecord): string => `/sessions/${(record as Row).UniqueId}`;
/** The filters that are shown from the start. They find what begins with the text. */
const ALWAYS_ON: Readonly<Record<string, string>> = {
  RefreshToken_Subject: TEXTS.story.facts.user,
  RefreshToken_ClientId: TEXTS.story.facts.client,
};

/** The sessions that have a record: all that can be refreshed. */
export function SessionList(): ReactElement {
  const { resources } = useService();
  const isNarrow = useMediaQuery((theme) => theme.breakpoints.down('sm'));
  const filters = (resources.find(({ key }) => key === SESSIONS)?.filters ?? [])
    .filter(({ name }) => !name.includes('Ticket'))
    .map((filter) => filterInput(filter, ALWAYS_ON[filter.name]));
  return (
    <List
      {...{ title: T.title, filters, exporter: false, empty: false, perPage: 25, sort: { field: 'Id', order: 'DESC' } }}
      queryOptions={{ meta: { beginsWith: Object.keys(ALWAYS_ON) } }}
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
      <Button href="#/history" label={T.why}>
        <HistoryIcon />
      </Button>
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
      <Button
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

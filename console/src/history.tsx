import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Chip from '@mui/material/Chip';
import Link from '@mui/material/Link';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableContainer from '@mui/material/TableContainer';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import type { SubmitEvent, ReactElement } from 'react';
import { Loading, Title, useGetList, useLocation, useNavigate, type RaRecord } from 'react-admin';
import { fieldText } from './field-text.js';
import { beginningWith } from './data-provider.js';
import { TRAIL } from './resources.js';
import { storyOf, type Story, type TrailEvent } from './story.js';
import { TEXTS } from './texts.js';
import { Time } from './time.js';

const { history: T } = TEXTS;
/** How many events of each kind are searched. */
const EVENTS = 200;
const FIELDS = { user: 'Subject', client: 'ClientId', address: 'Address' } as const;
type Field = keyof typeof FIELDS;
const NAMES = Object.keys(FIELDS) as Field[];

/** Finds sessions by their events, also those that have ended and have no record any more. */
export function History(): ReactElement {
  const query = new URLSearchParams(useLocation().search);
  const navigate = useNavigate();
  const texts = NAMES.map((name) => query.get(name) ?? '');
  const search = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = NAMES.map((name) => [name, fieldText(form, name).trim()]).filter(([, text]) => text !== '');
    navigate(`/history?${new URLSearchParams(given)}`);
  };
  return (
    <Box sx={{ maxWidth: '70rem', py: 2, display: 'grid', gap: 2 }}>
      <Title title={T.title} />
      <Typography color="textSecondary">{T.hint}</Typography>
      <Card>
        <CardContent>
          <Box component="form" role="search" key={texts.join('\n')} onSubmit={search} sx={FORM}>
            {NAMES.map((name, n) => (
              <TextField
                {...{ key: name, name, label: T[name], id: `history-${name}`, defaultValue: texts[n], type: 'search' }}
                autoFocus={n === 0}
              />
            ))}
            <Button type="submit" variant="contained">
              {T.search}
            </Button>
          </Box>
        </CardContent>
      </Card>
      <Found filter={Object.fromEntries(NAMES.map((name, n) => [name, texts[n] ?? ''])) as Record<Field, string>} />
    </Box>
  );
}

const FORM = { display: 'grid', gap: 2, alignItems: 'center', gridTemplateColumns: { sm: '1fr 1fr 1fr auto' } };

function Found({ filter }: { readonly filter: Record<Field, string> }): ReactElement {
  const [ends, refusals, logins, moves] = [
    useEvents('session-ended', filter),
    useEvents('refresh-refused', filter),
    useEvents('login', filter),
    useEvents('refreshed-elsewhere', filter),
  ];
  const searches = [ends, refusals, logins, moves];
  const sessions = sessionsOf(searches.flatMap(({ data = [] }) => data));
  const failure = searches.find(({ error }) => error)?.error;
  if (failure) return <Alert severity="error">{failure.message}</Alert>;
  if (searches.some(({ isPending }) => isPending)) return <Loading />;
  if (sessions.length === 0) return <Alert severity="info">{T.empty}</Alert>;
  return (
    <Card>
      <TableContainer>
        <Table size="small" aria-label={T.title}>
          <TableHead>
            <TableRow>
              {Object.values(T.columns).map((name) => (
                <TableCell key={name}>{name}</TableCell>
              ))}
            </TableRow>
          </TableHead>
          <TableBody>
            {sessions.map((session) => (
              <SessionRow key={session.id} {...session} />
            ))}
          </TableBody>
        </Table>
      </TableContainer>
      {searches.some(({ total = 0 }) => total > EVENTS) && (
        <Typography sx={{ p: 2 }} color="textSecondary">
          {T.more}
        </Typography>
      )}
    </Card>
  );
}

function useEvents(kind: string, filter: Record<Field, string>): ReturnType<typeof useGetList<RaRecord & TrailEvent>> {
  const given = NAMES.filter((name) => filter[name] !== '');
  return useGetList<RaRecord & TrailEvent>(TRAIL, {
    filter: {
      AuditTrailEntry_Kind: kind,
      ...Object.fromEntries(given.map((name) => [`AuditTrailEntry_${FIELDS[name]}`, beginningWith(filter[name])])),
    },
    sort: { field: 'Id', order: 'DESC' },
    pagination: { page: 1, perPage: EVENTS },
  });
}

interface Session {
  readonly id: string;
  readonly story: Story;
  readonly last: TrailEvent;
}

/** The sessions of events, that with the newest event first. */
function sessionsOf(events: readonly TrailEvent[]): Session[] {
  const bySession = new Map<string, TrailEvent[]>();
  for (const event of [...events].sort((one, other) => other.Id - one.Id))
    if (event.SessionId !== null) bySession.set(event.SessionId, [...(bySession.get(event.SessionId) ?? []), event]);
  return [...bySession].flatMap(([id, own]) => {
    const [last] = own;
    return last ? [{ id, last, story: storyOf(own, undefined) }] : [];
  });
}

function SessionRow({ id, story, last }: Session): ReactElement {
  const { tone, headline, event } = story.verdict;
  const step = story.steps.at(-1);
  // Without an end among its events, the last event says most.
  const shown = event ? { tone, headline } : { tone: step?.tone ?? tone, headline: step?.headline ?? headline };
  return (
    <TableRow hover>
      <TableCell>
        <Time of={last.CreatedOn} />
      </TableCell>
      <TableCell>
        <Link href={`#/sessions/${id}`}>{story.user ?? TEXTS.story.unknown}</Link>
      </TableCell>
      <TableCell>{story.client ?? TEXTS.none}</TableCell>
      <TableCell>
        <Chip
          size="small"
          variant="outlined"
          color={shown.tone}
          label={shown.headline}
          sx={{ height: 'auto', '& span': { whiteSpace: 'normal' } }}
        />
      </TableCell>
    </TableRow>
  );
}

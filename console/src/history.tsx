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
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import useMediaQuery from '@mui/material/useMediaQuery';
import Typography from '@mui/material/Typography';
import type { SubmitEvent, ReactElement } from 'react';
import { Loading, Title, useGetList, useLocation, useNavigate, type RaRecord } from 'react-admin';
import { fieldText } from './field-text.js';
import { beginningWith } from './data-provider.js';
import { HeadRow } from './head-row.js';
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
  const isNarrow = useMediaQuery((theme) => theme.breakpoints.down('sm'));
  const searches = [ends, refusals, logins, moves];
  const sessions = sessionsOf(searches.flatMap(({ data = [] }) => data));
  const failure = searches.find(({ error }) => error)?.error;
  if (failure) return <Alert severity="error">{failure.message}</Alert>;
  if (searches.some(({ isPending }) => isPending)) return <Loading />;
  if (sessions.length === 0) return <Alert severity="info">{T.empty}</Alert>;
  return (
    <Card>
      {isNarrow ? (
        <Box component="ul" aria-label={T.title} sx={{ listStyle: 'none', m: 0, p: 0 }}>
          {sessions.map((session) => (
            <SessionItem key={session.id} {...session} />
          ))}
        </Box>
      ) : (
        <TableContainer>
          <Table size="small" aria-label={T.title}>
            <HeadRow of={Object.values(T.columns)} />
            <TableBody>
              {sessions.map((session) => (
                <SessionRow key={session.id} {...session} />
              ))}
            </TableBody>
          </Table>
        </TableContainer>
      )}
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

/** The whole row opens the story. The link in it is for the keyboard. */
function SessionRow({ id, story, last }: Session): ReactElement {
  const navigate = useNavigate();
  return (
    <TableRow
      hover
      sx={{ cursor: 'pointer' }}
      onClick={() => {
        navigate(`/sessions/${id}`);
      }}
    >
      <TableCell>
        <Time of={last.CreatedOn} />
      </TableCell>
      <TableCell>
        <StoryLink {...{ id, story }} />
      </TableCell>
      <TableCell>{story.client ?? TEXTS.none}</TableCell>
      <TableCell>
        <WhatHappened story={story} />
      </TableCell>
    </TableRow>
  );
}

function SessionItem({ id, story, last }: Session): ReactElement {
  return (
    <Box component="li" sx={{ p: 2, borderBottom: 1, borderColor: 'divider', display: 'grid', gap: 0.5 }}>
      <StoryLink {...{ id, story }} />
      <Typography variant="body2" color="textSecondary">
        {story.client ?? TEXTS.none} · <Time of={last.CreatedOn} />
      </Typography>
      <Box>
        <WhatHappened story={story} />
      </Box>
    </Box>
  );
}

function StoryLink({ id, story }: Omit<Session, 'last'>): ReactElement {
  return <Link href={`#/sessions/${id}`}>{story.user ?? TEXTS.story.unknown}</Link>;
}

function WhatHappened({ story: { verdict, steps } }: Pick<Session, 'story'>): ReactElement {
  const step = steps.at(-1);
  // Without an end among its events, the last event says most.
  const { tone, headline } = verdict.event ? verdict : (step ?? verdict);
  return (
    <Chip
      {...{ size: 'small', variant: 'outlined', color: tone, label: headline }}
      sx={{ height: 'auto', '& span': { whiteSpace: 'normal' } }}
    />
  );
}

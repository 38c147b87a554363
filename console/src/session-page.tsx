import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Card from '@mui/material/Card';
import CardContent from '@mui/material/CardContent';
import Typography from '@mui/material/Typography';
import { useState, type ReactElement, type ReactNode } from 'react';
import { Loading, Title, useCanAccess, useGetList, useNotify, useParams, type RaRecord } from 'react-admin';
import { Cutoff } from './cutoff.js';
import { EndSessions } from './sessions.js';
import { storyOf, type SessionRecord, type Story, type TrailEvent } from './story.js';
import { SESSIONS, TRAIL } from './resources.js';
import { TEXTS } from './texts.js';
import { Time } from './time.js';
import { Steps, Strip } from './timeline.js';

const { story: T } = TEXTS;
const EVENTS = 500;

/** The page that answers why a user was signed out. Its address contains the id of the session only, so it can be sent. */
export function SessionPage(): ReactElement {
  const { sessionId } = useParams<{ sessionId: string }>();
  const { canAccess: canReadTrail } = useCanAccess({ resource: TRAIL, action: 'list' });
  const { canAccess: canReadSessions } = useCanAccess({ resource: SESSIONS, action: 'list' });
  const trail = useGetList<RaRecord & TrailEvent>(
    TRAIL,
    {
      filter: { AuditTrailEntry_SessionId: sessionId },
      sort: { field: 'Id', order: 'DESC' },
      pagination: { page: 1, perPage: EVENTS },
    },
    { enabled: canReadTrail === true },
  );
  const records = useGetList<RaRecord & SessionRecord>(
    SESSIONS,
    {
      filter: { RefreshToken_UniqueId: sessionId },
      pagination: { page: 1, perPage: 1 },
      sort: { field: 'Id', order: 'ASC' },
    },
    { enabled: canReadSessions === true },
  );
  const failure = trail.error ?? records.error;
  if (failure) return <Alert severity="error">{failure.message}</Alert>;
  if (trail.isLoading || records.isLoading) return <Loading />;
  const [record] = records.data ?? [];
  const events = trail.data ?? [];
  const story = storyOf(events, record);
  return (
    <Box sx={{ maxWidth: '60rem', py: 2, display: 'grid', gap: 2 }}>
      <Title title={T.title(story.user ?? T.unknown)} />
      {events.length === 0 && !record ? (
        <Alert severity="info">{canReadTrail === false ? TEXTS.failures.denied : T.missing}</Alert>
      ) : (
        <>
          <Verdict story={story} record={record} sessionId={sessionId} />
          <Timeline story={story} isCut={(trail.total ?? 0) > EVENTS} isLive={story.verdict.tone === 'success'} />
        </>
      )}
    </Box>
  );
}

interface VerdictProps {
  readonly story: Story;
  readonly record: (RaRecord & SessionRecord) | undefined;
  readonly sessionId: string;
}

function Verdict({ story, record, sessionId }: VerdictProps): ReactElement {
  const { verdict, user, client } = story;
  const notify = useNotify();
  const copy = (): void => {
    // The reader may have another language.
    void navigator.clipboard.writeText(location.href.replace(location.search, '')).then(() => {
      notify(T.copied);
    });
  };
  return (
    <Card>
      <Box sx={{ height: 6, bgcolor: `${verdict.tone}.main` }} />
      <CardContent sx={{ display: 'grid', gap: 2 }}>
        <Typography variant="h1" color={verdict.tone}>
          {verdict.headline}
        </Typography>
        {verdict.meaning !== '' && <Typography>{verdict.meaning}</Typography>}
        {verdict.todo !== '' && (
          <Box>
            <Typography component="h2" sx={{ fontWeight: 600 }}>
              {T.whatToDo}
            </Typography>
            <Typography>{verdict.todo}</Typography>
          </Box>
        )}
        <Facts
          of={[
            [T.facts.user, user ?? TEXTS.none],
            [T.facts.client, client ?? TEXTS.none],
            [T.facts.id, sessionId],
          ]}
        />
        {verdict.event?.Reason === 'replayed' && <Senders event={verdict.event} devices={story.devices} />}
        <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1 }}>
          {record && <EndSessions records={[record]} />}
          {user !== undefined && <Cutoff label={TEXTS.cutoff.ofUser} user={user} />}
          {user !== undefined && <Button href={`#/history?user=${encodeURIComponent(user)}`}>{T.others}</Button>}
          {'clipboard' in navigator && <Button onClick={copy}>{T.copy}</Button>}
        </Box>
      </CardContent>
    </Card>
  );
}

/** Who refreshed last, beside who sent the old token. */
function Senders({ event, devices }: Pick<Story, 'devices'> & { readonly event: TrailEvent }): ReactElement {
  const facts = (address: string | null, agent: string | null, request: string | null): [string, ReactNode][] => [
    [T.facts.device, devices.get(agent ?? '') ?? TEXTS.none],
    [T.facts.address, address ?? TEXTS.none],
    [T.facts.agent, agent ?? TEXTS.none],
    [T.facts.request, request ?? TEXTS.none],
  ];
  const parties = [
    {
      name: T.parties.last,
      time: event.LastRedeemedOn,
      facts: facts(event.LastAddress, event.LastUserAgent, event.LastRequestId),
    },
    { name: T.parties.stale, time: event.CreatedOn, facts: facts(event.Address, event.UserAgent, event.RequestId) },
  ];
  return (
    <Box component="section" aria-label={T.parties.title}>
      <Typography component="h2" sx={{ fontWeight: 600 }}>
        {T.parties.title}
      </Typography>
      <Typography sx={{ mb: 1 }}>{T.parties.note}</Typography>
      <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: { sm: '1fr 1fr' } }}>
        {parties.map(({ name, time, facts: of }) => (
          <Box key={name} sx={{ border: 1, borderColor: 'divider', borderRadius: 1, p: 2 }}>
            <Typography component="h3" sx={{ fontWeight: 600 }}>
              {name}
            </Typography>
            <Typography variant="body2" color="textSecondary" sx={{ mb: 1 }}>
              <Time of={time} />
            </Typography>
            <Facts of={of} />
          </Box>
        ))}
      </Box>
    </Box>
  );
}

function Facts({ of }: { readonly of: readonly (readonly [string, ReactNode])[] }): ReactElement {
  return (
    <Box
      component="dl"
      sx={{ display: 'grid', gridTemplateColumns: 'max-content 1fr', columnGap: 2, rowGap: 0.5, m: 0 }}
    >
      {of.map(([name, value]) => (
        <Box key={name} sx={{ display: 'contents' }}>
          <Typography component="dt" variant="body2" color="textSecondary">
            {name}
          </Typography>
          <Typography component="dd" variant="body2" sx={{ m: 0, overflowWrap: 'anywhere' }}>
            {value}
          </Typography>
        </Box>
      ))}
    </Box>
  );
}

interface TimelineProps {
  readonly story: Story;
  readonly isCut: boolean;
  readonly isLive: boolean;
}

function Timeline({ story, isCut, isLive }: TimelineProps): ReactElement {
  const [now] = useState(() => Date.now());
  return (
    <Card>
      <CardContent>
        <Typography component="h2" variant="h6" sx={{ mb: 1 }}>
          {T.timeline}
        </Typography>
        {isCut && <Alert severity="info">{T.cut}</Alert>}
        {story.steps.length > 1 && <Strip steps={story.steps} until={isLive ? now : 0} />}
        <Box sx={{ mt: 2 }}>
          <Steps {...story} />
        </Box>
      </CardContent>
    </Card>
  );
}

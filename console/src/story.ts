/** Makes the story of a session of its events in the audit trail: what happened, why it ended, and what to do. */
import { KINDS, REASONS, type Explanation } from './explanations.js';
import { TEXTS } from './texts.js';

/** An event of the audit trail, as the API sends it. */
export interface TrailEvent {
  readonly Id: number;
  readonly CreatedOn: string;
  readonly Kind: string;
  readonly Actor: string;
  readonly Reason: string | null;
  readonly Subject: string | null;
  readonly ClientId: string | null;
  readonly SessionId: string | null;
  readonly Address: string | null;
  readonly UserAgent: string | null;
  /** What the user agent names. */
  readonly Device?: string | null;
  readonly RequestId: string | null;
  readonly LastAddress: string | null;
  readonly LastUserAgent: string | null;
  readonly LastRequestId: string | null;
  readonly LastRedeemedOn: string | null;
}

/** What the API says of a session that has a record. */
export interface SessionRecord {
  readonly Id: number;
  readonly Subject: string;
  readonly ClientId: string;
  readonly UniqueId: string;
  readonly CreatedOn: string;
  readonly UpdatedOn: string;
  readonly ExpiresOn: string;
}

export type Tone = 'success' | 'info' | 'warning' | 'error';

/** One point of the timeline. Equal events that follow each other are one step with a count. */
export interface Step extends Explanation {
  readonly key: string;
  readonly time: string;
  readonly last: string;
  readonly count: number;
  readonly tone: Tone;
  readonly event: TrailEvent | undefined;
}

export interface Story {
  readonly user: string | undefined;
  readonly client: string | undefined;
  readonly verdict: Explanation & { readonly tone: Tone; readonly event: TrailEvent | undefined };
  readonly steps: readonly Step[];
  /** The devices that the user agents of its events name. */
  readonly devices: ReadonlyMap<string, string>;
}

const ENDINGS = new Set(['session-ended', 'record-deleted']);
/** Reading a record is not a part of the session's life. */
const SILENT = new Set(['record-read', 'audit-trail-read', 'token-introspected']);
const TONES: Readonly<Record<string, Tone>> = {
  ...{ login: 'success', 'refreshed-elsewhere': 'warning', 'refresh-refused': 'warning', 'login-failed': 'warning' },
  ...{ 'session-ended': 'error', 'record-deleted': 'error' },
};

/** The story of one session. `events` may be in any order; `record` is undefined if the session has none any more. */
export function storyOf(events: readonly TrailEvent[], record: SessionRecord | undefined, now = Date.now()): Story {
  const shown = events.filter(({ Kind }) => !SILENT.has(Kind)).sort((one, other) => one.Id - other.Id);
  const named = [...shown].reverse();
  return {
    user: record?.Subject ?? named.find(({ Subject }) => Subject !== null)?.Subject ?? undefined,
    client: record?.ClientId ?? named.find(({ ClientId }) => ClientId !== null)?.ClientId ?? undefined,
    verdict: verdictOf(shown, record, now),
    steps: stepsOf(shown, record),
    devices: new Map(
      shown.flatMap(({ UserAgent: agent, Device: device }) => (agent && device ? [[agent, device] as const] : [])),
    ),
  };
}

/** What an event means, and what to do. */
export function explain({ Kind: kind, Reason: reason }: TrailEvent): Explanation {
  const { headline = kind, meaning = reason ?? '', todo = '' } = KINDS[kind] ?? {};
  return REASONS[`${kind} ${reason}`] ?? { headline, meaning, todo };
}

function verdictOf(events: readonly TrailEvent[], record: SessionRecord | undefined, now: number): Story['verdict'] {
  const lastSignIn = events.findLastIndex(({ Kind }) => Kind === 'login');
  const event = events.slice(lastSignIn + 1).find(({ Kind }) => ENDINGS.has(Kind));
  if (event) return { ...explain(event), tone: 'error', event };
  const { live, gone, expired } = TEXTS.story;
  const hasExpired = record
    ? Date.parse(record.ExpiresOn) <= now
    : events.some(({ Kind, Reason }) => Kind === 'refresh-refused' && Reason === 'expired');
  if (hasExpired) return { ...expired, meaning: '', tone: 'warning', event: undefined };
  const { headline, todo } = record ? live : gone;
  return { headline, todo, meaning: '', tone: record ? 'success' : 'warning', event: undefined };
}

function stepsOf(events: readonly TrailEvent[], record: SessionRecord | undefined): Step[] {
  const steps: Step[] = [];
  for (const event of events) {
    const { Kind: kind, CreatedOn: time, Address: address } = event;
    const last = steps.at(-1);
    const isSame = last?.event?.Kind === kind && last.event.Reason === event.Reason && last.event.Address === address;
    if (isSame) steps.splice(-1, 1, { ...last, last: time, count: last.count + 1 });
    else
      steps.push({
        ...explain(event),
        key: String(event.Id),
        time,
        last: time,
        count: 1,
        tone: TONES[kind] ?? 'info',
        event,
      });
  }
  return [...steps, ...refreshesOf(events, record)].sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
}

/** Ordinary refreshes have no events. Those that a later event or the record names are known. */
function refreshesOf(events: readonly TrailEvent[], record: SessionRecord | undefined): Step[] {
  const known = new Set(events.filter(({ Kind }) => Kind !== 'refresh-refused').map(({ CreatedOn }) => CreatedOn));
  const named = [...events.map(({ LastRedeemedOn }) => LastRedeemedOn), record?.UpdatedOn ?? null];
  const times = new Set(named.filter((time) => time !== null && !known.has(time)));
  return [...times].map((time) => ({
    ...{ key: `refresh ${time}`, time: time ?? '', last: time ?? '', count: 1, tone: 'success', event: undefined },
    ...{ headline: TEXTS.story.refreshed, meaning: TEXTS.story.refreshNote, todo: '' },
  }));
}

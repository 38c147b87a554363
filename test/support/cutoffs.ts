import { RESOURCE, type Answer, type Client } from './client.js';
import type { Service } from './service.js';
import { introspect, type Tokens } from './sessions.js';

/** What the command answers. */
export interface Ended {
  readonly Ended: number;
  readonly IsEstimated: boolean;
  readonly RequestId: string | null;
}

/** Runs the command END_SESSIONS. */
export function endSessions(client: Client, values: object, Ids: readonly number[] = []): Promise<Answer> {
  const Parameters = Object.entries(values).map(([Name, Value]) => ({ Name, Value: Value as unknown }));
  return client.post(`${RESOURCE}/runcommand`, { Key: 'END_SESSIONS', Ids, Parameters });
}

/** The same. It must succeed. */
export async function sessionsEnded(client: Client, values: object, ids: readonly number[] = []): Promise<Ended> {
  const { status, text, body } = await endSessions(client, values, ids);
  if (status !== 200) throw new Error(`No sessions were ended: ${status} ${text}`);
  return (body as { Value: Ended }).Value;
}

/** When the user signed in, as an access token says. */
export async function signedInOn(service: Service, tokens: Tokens): Promise<string> {
  const { body } = await introspect(service, tokens.access);
  return isoOf((body as { auth_time: number }).auth_time);
}

/** A second after a time. */
export const inASecond = (time: string): string => isoOf(Date.parse(time) / 1000 + 1);

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

import { decodeJwt } from 'jose';
import { basicOf, passwordOf, RESOURCE, type Answer } from './client.js';
import { USERS } from './fixtures.mjs';
import type { Service } from './service.js';

export const TOKEN = '/api/token';
/** The answer to every refresh token that is not redeemed, whatever the reason. */
export const REFUSED = { error: 'invalid_grant', error_description: 'The refresh token is not valid, or no longer.' };

/** The tokens of an answer of the token endpoint. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** The record of a session as the resource returns it, with the members that these tests read. */
export interface SessionRecord {
  readonly Id: number;
  readonly UniqueId: string;
  readonly Subject: string;
  readonly ClientId: string;
  readonly ExpiresOn: string;
  readonly TicketHash: string;
  readonly TicketSalt: string;
  readonly ProtectedTicket: string;
}

/** An event of the audit trail. */
export type AuditEntry = Readonly<Record<string, unknown>> & { readonly Kind: string; readonly Reason: string | null };

/** Everything that services of this suite issued. None of it may be in a log. */
const issued = new Set<string>();

/** Sends a request to the token endpoint, with a `client_id` header if a client is given. */
export async function ask(service: Service, fields: Record<string, string>, clientId?: string): Promise<Answer> {
  const headers = clientId === undefined ? {} : { client_id: clientId };
  const answer = await service.client().form('POST', TOKEN, fields, headers);
  if (answer.status === 200) keep(tokensOf(answer));
  return answer;
}

/** Signs a fixture user in. */
export async function login(service: Service, name: string, clientId?: string): Promise<Tokens> {
  return tokensOf(await askLogin(service, name, clientId));
}

export function askLogin(service: Service, name: string, clientId?: string): Promise<Answer> {
  const form = { grant_type: 'password', username: `${name}@example.com`, password: passwordOf(name) };
  return ask(service, form, clientId);
}

/** Redeems a refresh token. */
export async function refresh(service: Service, { refresh: token }: Tokens, clientId?: string): Promise<Tokens> {
  return tokensOf(await askRefresh(service, token, clientId));
}

export function askRefresh(service: Service, token: string, clientId?: string): Promise<Answer> {
  return ask(service, { grant_type: 'refresh_token', refresh_token: token }, clientId);
}

/** The tokens of an answer, which must be a success. */
export function tokensOf({ status, text, body }: Answer): Tokens {
  if (status !== 200) throw new Error(`No token was issued: ${status} ${text}`);
  return { access: body.access_token as string, refresh: body.refresh_token as string };
}

/** Expects that a refresh is refused, with the message that all refusals have. */
export async function expectRefused(service: Service, token: string, clientId?: string): Promise<void> {
  const { status, body } = await askRefresh(service, token, clientId);
  expect([status, body]).toEqual([400, REFUSED]);
}

/** Whether the service accepts an access token for a request. */
export async function isAlive(service: Service, { access }: Tokens): Promise<boolean> {
  return (await service.client(`Bearer ${access}`).get(`${RESOURCE}?size=1`)).status !== 401;
}

/** The answer of introspection for a token. */
export function introspect(service: Service, token: string): Promise<Answer> {
  return service.client(basicOf('admin')).form('POST', `${TOKEN}/introspect`, { token });
}

/** Revokes a token as its client would. */
export function revoke(service: Service, token: string, clientId?: string): Promise<Answer> {
  const headers = clientId === undefined ? {} : { client_id: clientId };
  return service.client().form('POST', `${TOKEN}/revoke`, { token }, headers);
}

/** UniqueId of the session that an access token belongs to. */
export function sessionOf({ access }: Tokens): string {
  return decodeJwt(access)['sid'] as string;
}

/** The record of a session, or undefined when there is none. */
export async function recordOf(service: Service, tokens: Tokens): Promise<SessionRecord | undefined> {
  const { body } = await service.client(basicOf('admin')).get(`${RESOURCE}?RefreshToken_UniqueId=${sessionOf(tokens)}`);
  return (body as { Records: SessionRecord[] }).Records[0];
}

/** Kinds of events that the requests of a test cause by themselves. */
const READS: readonly string[] = ['record-read', 'audit-trail-read', 'basic-sign-in', 'token-introspected'];

/** The events that match a search, oldest first. Events of such searches are included only if the search asks for their kind. */
export async function events(service: Service, search: Record<string, string>): Promise<AuditEntry[]> {
  const members = Object.entries(search).map(([name, value]) => [`AuditTrailEntry_${name}`, value]);
  const query = new URLSearchParams({ size: '1000', ...Object.fromEntries(members) } as Record<
    string,
    string
  >).toString();
  const { status, text, body } = await service.client(basicOf('admin')).get(`/api/sys/audittrailentries?${query}`);
  if (status !== 200) throw new Error(`The audit trail was not read: ${status} ${text}`);
  const { Records } = body as { Records: AuditEntry[] };
  return Records.filter(({ Kind }) => Kind !== 'audit-trail-read' || Kind === search['Kind']);
}

/** Kind and reason of the events of a session, oldest first, without reads of its record and its tokens. */
export async function story(service: Service, tokens: Tokens): Promise<string[]> {
  const entries = await events(service, { SessionId: sessionOf(tokens) });
  return entries.filter(({ Kind }) => !READS.includes(Kind)).map(({ Kind, Reason }) => `${Kind}: ${String(Reason)}`);
}

/** The value, which must not be undefined. */
export function the<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('There is none.');
  return value;
}

/** Does this many things concurrently. */
export function times<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => work(index)));
}

/** Waits this many seconds. */
export function seconds(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, count * 1000));
}

/**
 * Waits before a replay. The service knows when a request arrived only to within the time that its process was stalled, and excuses a token
 * that may have been current then. After this wait, tokens that are out of use have been so for long enough.
 */
export function untilStale(): Promise<void> {
  return seconds(0.3);
}

/** Waits until a step of an authenticator's code (RFC 6238: thirty seconds) has this many seconds left. */
export async function totpStepWith(secondsLeft: number): Promise<void> {
  const left = 30 - ((Date.now() / 1000) % 30);
  if (left < secondsLeft) await seconds(left + 0.1);
}

/** Makes `disposeWithoutLeaks` look for further secrets in the log. */
export function keepSecret(...secrets: string[]): void {
  for (const secret of secrets) issued.add(secret);
}

/** Ends a service. Expects its log to contain no issued token, no password and no error. */
export async function disposeWithoutLeaks(service: Service): Promise<void> {
  await service.dispose();
  const { log } = service;
  const secrets = [...issued, ...USERS.map(({ password }) => password)];
  expect(secrets.filter((secret) => log.includes(secret) || log.includes(encodeURIComponent(secret)))).toEqual([]);
  expect(log.split('\n').filter((line) => /"level":[56]0/.test(line))).toEqual([]);
}

function keep({ access, refresh: token }: Tokens): void {
  issued.add(token);
  // The parts of a JWT except the header, which is the same in all tokens.
  for (const part of access.split('.').slice(1)) issued.add(part);
}

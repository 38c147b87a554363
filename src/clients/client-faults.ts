import { isEmail } from 'class-validator';
import { originFault } from '../config/is-origin.js';
import { PLAIN_TEXT } from '../kernel/text.js';
import { attemptedValue, type MemberFailure } from '../kernel/validation-error.js';
import type { Client } from './client.entity.js';
import { jwkSetFault } from './jwk-set.js';
import { words, type ClientPolicy } from './registered-client.js';

/** The members of grants in requests (RFC 6749, appendix A.10): a name, or an absolute URI. */
const GRANT = /^([\w.-]+|[a-z][a-z\d+.-]*:[!-~]+)$/i;
/** The hosts of the same machine, such as a key server beside the service: plain http to them is safe. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

type Fault = readonly [member: keyof Client, message: string | undefined];

/**
 * What is wrong with a client beside the rules of its single members, each member once and in their order (contract 1.4). `before` is the
 * record as it was. `defaults` is what holds where the record says nothing, and `roles` are the roles that there are.
 */
export function clientFailures(
  client: Client,
  { defaults, roles }: { readonly defaults: ClientPolicy; readonly roles: readonly string[] },
  before?: Client,
): MemberFailure[] {
  const faults: readonly Fault[] = [
    ['ClientId', clientIdFault(client, before)],
    ['AuthenticationMethod', methodFault(client)],
    ...keyFaults(client),
    ['AllowedGrants', grantsFault(client.AllowedGrants)],
    ['AllowedOrigins', originsFault(client.AllowedOrigins)],
    ...lifeFaults(client, defaults),
    ['Audience', audienceFault(client.Audience)],
    ['Roles', rolesFault(client, roles)],
  ];
  return faults.flatMap(([PropertyName, Message]) =>
    Message === undefined ? [] : { AttemptedValue: attemptedValue(client[PropertyName]), Message, PropertyName },
  );
}

/** The name is how requests and sessions refer to the client, so another name would be another client. */
function clientIdFault({ ClientId }: Client, before: Client | undefined): string | undefined {
  if (before) return before.ClientId === ClientId ? undefined : 'cannot be changed: register another client';
  // Names that look alike would be different clients.
  if (ClientId.trim() !== ClientId) return 'must not begin or end with white space';
  if (ClientId.normalize('NFC') !== ClientId) return 'must be in Unicode normalization form C (NFC)';
  return PLAIN_TEXT.test(ClientId) ? undefined : 'must not contain control, format or line-separator characters';
}

/**
 * A client that is named like a user is the default client of that user (contract 3): anybody speaks for it. Were it one that authenticates,
 * its tokens could be taken for those of the user (RFC 9068, section 5).
 */
function methodFault({ ClientId, AuthenticationMethod }: Client): string | undefined {
  const isNamedLikeUser = isEmail(ClientId, { require_tld: false });
  return isNamedLikeUser && AuthenticationMethod !== 'none'
    ? 'must be none for a client that is named like an e-mail address'
    : undefined;
}

/** Only a client that signs has keys, and it has them in one place (RFC 7591, section 2). */
function keyFaults({ AuthenticationMethod, JwksUri, Jwks }: Client): Fault[] {
  const signs = AuthenticationMethod === 'private_key_jwt';
  const needless = signs ? undefined : 'is only for clients with private_key_jwt';
  const missing =
    signs && JwksUri === null && Jwks === null ? 'is required for private_key_jwt, unless Jwks is there' : undefined;
  const twice = JwksUri !== null && Jwks !== null ? 'must be absent where JwksUri is there' : undefined;
  return [
    ['JwksUri', missing ?? (JwksUri === null ? undefined : (needless ?? uriFault(JwksUri)))],
    ['Jwks', Jwks === null ? undefined : (needless ?? twice ?? jwkSetFault(Jwks))],
  ];
}

function uriFault(uri: string): string | undefined {
  const fault = 'must be an https URL without user and password, or an http URL of this machine';
  if (!URL.canParse(uri)) return fault;
  const { protocol, hostname, username, password } = new URL(uri);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
  return isSafe && username === '' && password === '' ? undefined : fault;
}

function grantsFault(grants: string | null): string | undefined {
  if (grants === null) return undefined;
  const names = words(grants);
  if (names.length === 0) return 'must name a grant, or be null for every grant';
  const wrong = names.find((name) => !GRANT.test(name));
  return wrong === undefined ? undefined : 'must be names of grants, separated by spaces';
}

function originsFault(origins: string | null): string | undefined {
  const fault = words(origins ?? '')
    .map((origin) => originFault(origin))
    .find((each) => each !== undefined);
  return fault === undefined
    ? undefined
    : `must be origins such as https://app.example.com, separated by spaces${fault}`;
}

/** A life that the record gives itself must fit into the life that contains it. */
function lifeFaults(client: Client, defaults: ClientPolicy): Fault[] {
  const longest = client.RefreshTokenMaxAge ?? defaults.refreshTokenMaxAge;
  const life = Math.min(client.RefreshTokenTtl ?? defaults.refreshTokenTtl, longest);
  const within = (value: number | null, container: number, name: string): string | undefined =>
    value !== null && value > container ? `must not be longer than ${name}, which is ${container} seconds` : undefined;
  return [
    ['AccessTokenTtl', within(client.AccessTokenTtl, life, 'RefreshTokenTtl')],
    ['RefreshTokenTtl', within(client.RefreshTokenTtl, longest, 'RefreshTokenMaxAge')],
    ['RefreshRetryWindow', within(client.RefreshRetryWindow, life, 'RefreshTokenTtl')],
    ['RefreshLostAnswerWindow', within(client.RefreshLostAnswerWindow, life, 'RefreshTokenTtl')],
  ];
}

function audienceFault(audience: string | null): string | undefined {
  if (audience === null) return undefined;
  const names = words(audience);
  if (names.length === 0) return 'must name an audience, or be null for the service itself';
  return names.every((name) => PLAIN_TEXT.test(name)) ? undefined : 'must be names or URIs, separated by spaces';
}

/** Anybody may speak for a client that does not authenticate. */
function rolesFault({ Roles, AuthenticationMethod }: Client, known: readonly string[]): string | undefined {
  const names = words(Roles ?? '');
  if (names.length === 0) return undefined;
  if (AuthenticationMethod === 'none') return 'is only for clients that authenticate';
  const unknown = names.filter((name) => !known.includes(name));
  return unknown.length === 0
    ? undefined
    : `must be names of roles, separated by spaces. Unknown: ${unknown.join(', ')}`;
}

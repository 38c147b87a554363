import type { JSONWebKeySet } from 'jose';
import type { AuthenticationMethod } from './client.entity.js';

/** How long tokens and sessions of a client live, in seconds, how many sessions a user may have, and for whom the tokens are. */
export interface ClientPolicy extends Limits {
  /** The audiences of access tokens; undefined means this service. */
  readonly audience: readonly string[] | undefined;
  readonly authenticationMethod: AuthenticationMethod;
  /** Whether the requests of the client need a proof of possession (RFC 9449). */
  readonly dpopRequired: boolean;
}

/** The numbers of a policy. */
interface Limits {
  readonly accessTokenTtl: number;
  readonly refreshTokenTtl: number;
  readonly refreshTokenMaxAge: number;
  readonly refreshRetryWindow: number;
  readonly refreshLostAnswerWindow: number;
  readonly sessionsPerUser: number;
}

/** A registered client, with its policy. What its record leaves out has the value of the settings. */
export interface RegisteredClient extends ClientPolicy {
  /** Id of its record. */
  readonly id: number;
  readonly clientId: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly jwksUri: string | undefined;
  readonly jwks: JSONWebKeySet | undefined;
  /** Undefined means every grant. */
  readonly allowedGrants: readonly string[] | undefined;
  readonly allowedOrigins: readonly string[];
  /** The roles that the client itself has. */
  readonly roles: readonly string[];
  /** Whether the service wrote the row. If it did not, the client cannot authenticate. */
  readonly isGenuine: boolean;
  /** The hashes of its valid secrets, the latest first: two at most. */
  readonly secretHashes: readonly string[];
}

type Nullable = keyof Limits | 'jwksUri' | 'jwks' | 'allowedGrants' | 'allowedOrigins' | 'audience' | 'roles';

/** The row of a client as a statement returns it. */
export type ClientRow = Omit<RegisteredClient, Nullable | 'isGenuine'> & {
  readonly [Name in Nullable | 'mac']: (Name extends keyof Limits ? number : string) | null;
};

/**
 * The client of a row. Where the row says nothing, `defaults` say it, as far as a shorter life of the row allows it. `isGenuine` says whether
 * the service wrote the row.
 */
export function registeredClient(row: ClientRow, defaults: ClientPolicy, isGenuine: boolean): RegisteredClient {
  const { id, clientId, name, enabled, authenticationMethod, dpopRequired, secretHashes } = row;
  const { jwksUri, jwks, allowedGrants, allowedOrigins, audience, roles } = row;
  return {
    ...{ id, clientId, name, enabled, authenticationMethod, dpopRequired, secretHashes },
    ...limitsOf(row, defaults),
    jwksUri: jwksUri ?? undefined,
    jwks: jwks === null ? undefined : parsed(jwks),
    allowedGrants: allowedGrants === null ? undefined : words(allowedGrants),
    allowedOrigins: words(allowedOrigins ?? ''),
    audience: audience === null ? undefined : words(audience),
    roles: words(roles ?? ''),
    isGenuine,
  };
}

/** Limits without contradictions: a token lives no longer than its session, and no window is longer than the life of a refresh token. */
function limitsOf(own: Pick<ClientRow, keyof Limits>, defaults: Limits): Limits {
  const refreshTokenMaxAge = own.refreshTokenMaxAge ?? defaults.refreshTokenMaxAge;
  const refreshTokenTtl = Math.min(own.refreshTokenTtl ?? defaults.refreshTokenTtl, refreshTokenMaxAge);
  const within = (name: keyof Limits): number => Math.min(own[name] ?? defaults[name], refreshTokenTtl);
  return {
    accessTokenTtl: within('accessTokenTtl'),
    refreshTokenTtl,
    refreshTokenMaxAge,
    refreshRetryWindow: within('refreshRetryWindow'),
    refreshLostAnswerWindow: within('refreshLostAnswerWindow'),
    sessionsPerUser: own.sessionsPerUser ?? defaults.sessionsPerUser,
  };
}

/** A key set that another program wrote wrongly is no key set. Otherwise it would take all clients out of service. */
function parsed(jwks: string): JSONWebKeySet | undefined {
  try {
    return JSON.parse(jwks) as JSONWebKeySet;
  } catch {
    return undefined;
  }
}

/** The words of a text that spaces separate. */
export function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

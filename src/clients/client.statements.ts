import { batchRows, type Numbered } from '../database/batch-rows.js';
import { NOW_SECOND } from '../database/now-second.js';
import { rowOf, statement } from '../database/statement.js';
import { declaredResource } from '../resource/kit/declared-resource.js';
import { statementsOf } from '../resource/kit/resource.statements.js';
import type { SignedClient, SignedClientPower } from './client-seals.service.js';
import { Client } from './client.entity.js';
import { accessTokenEnd } from './policy-of-session.js';
import type { ClientRow } from './registered-client.js';

// The kit makes the statements of the records when this file is loaded, so that docs/statements.sql lists them.
statementsOf(declaredResource(Client));

/** SQL: the hashes of the valid secrets of a client, the latest first. */
function secretHashes(alias: string): string {
  return `array_remove(ARRAY[${alias}.secret_hash, ${alias}.previous_secret_hash], NULL) AS "secretHashes"`;
}

/** A row of the registry, and the digest of the whole registry. `clientId` is null if there is nothing to say beside the digest. */
export type RegistryRow = { readonly digest: string } & (ClientRow | { readonly clientId: null });

/**
 * Reads all registered clients, unless the digest is already known: then it returns one row without a client. A write of any row, by
 * whatever program, gives the row another `xmin`, and so the registry another digest.
 */
export const READ_REGISTRY = statement({
  name: 'client-registry',
  isIdempotent: true,
  parameters: { known: 'text?' },
  returns: rowOf<RegistryRow>(),
  text: `SELECT registry.digest, c.id, c.client_id AS "clientId", c.name, c.enabled,
      c.authentication_method AS "authenticationMethod", c.jwks_uri AS "jwksUri", c.jwks,
      c.allowed_grants AS "allowedGrants", c.allowed_origins AS "allowedOrigins",
      c.access_token_ttl AS "accessTokenTtl", c.refresh_token_ttl AS "refreshTokenTtl",
      c.refresh_token_max_age AS "refreshTokenMaxAge", c.refresh_retry_window AS "refreshRetryWindow",
      c.refresh_lost_answer_window AS "refreshLostAnswerWindow", c.sessions_per_user AS "sessionsPerUser",
      c.dpop_required AS "dpopRequired", c.audience, c.roles, c.mac,
      ${secretHashes('c')}
    FROM (SELECT encode(sha256(convert_to(coalesce(string_agg(id || ' ' || xmin::text, ',' ORDER BY id), ''), 'UTF8')), 'base64')
      AS digest FROM clients) registry
    LEFT JOIN clients c ON registry.digest IS DISTINCT FROM :known::text`,
});

/** When the valid secrets of a client were made. */
export interface SecretsMade {
  readonly madeOn: Date;
  readonly previousMadeOn: Date | null;
}

/** Gives a client another secret. Its latest secret stays valid, and an earlier one no longer is. */
export const ADD_SECRET = statement({
  name: 'client-add-secret',
  parameters: { id: 'bigint', hash: 'text' },
  returns: rowOf<SecretsMade>(),
  text: `UPDATE clients SET previous_secret_hash = secret_hash, previous_secret_made_on = secret_made_on,
      secret_hash = :hash::text, secret_made_on = ${NOW_SECOND} WHERE id = :id
    RETURNING secret_made_on AS "madeOn", previous_secret_made_on AS "previousMadeOn"`,
});

/**
 * Drops the index that allows a user one session at each client, which only sign-ins of versions before the registry need. Numbers of
 * sessions replace it.
 */
export const ALLOW_SEVERAL_SESSIONS = statement({
  name: 'client-allow-several-sessions',
  isPrepared: false,
  text: 'DROP INDEX IF EXISTS refresh_tokens_session',
});

/** Ends the earlier of two secrets of a client. Returns no row if there is no earlier secret. */
export const RETIRE_EARLIER_SECRET = statement({
  name: 'client-retire-secret',
  parameters: { id: 'bigint' },
  returns: rowOf<{ id: number }>(),
  text: `UPDATE clients SET previous_secret_hash = NULL, previous_secret_made_on = NULL
    WHERE id = :id AND previous_secret_hash IS NOT NULL RETURNING id`,
});

/** A token of a client, and its times by the database's clock, in seconds since 1970. */
const CLIENT_TOKEN = { clientId: 'text', issued: 'float8', expires: 'float8' } as const;
const END = accessTokenEnd('batch.issued', 'batch.expires');

/** What a client may do by itself, and the time by the database's clock. */
export type ClientPowerRow = SignedClientPower &
  Pick<ClientRow, 'allowedGrants'> & { readonly now: Date; readonly expires: number };

/**
 * The enabled clients of tokens that have not expired. Only a client that authenticates can have such tokens. If the life of its tokens became
 * shorter, the shorter life counts. A token that was issued before the registration of its client is one of an earlier client of that name.
 */
export const CLIENT_PRINCIPALS = statement({
  name: 'client-principals',
  isIdempotent: true,
  batch: CLIENT_TOKEN,
  returns: rowOf<Numbered<ClientPowerRow>>(),
  text: `SELECT batch.ordinal::int, client.client_id AS "clientId", client.allowed_grants AS "allowedGrants", client.roles,
      client.mac, ${END} AS expires, now() AS now
    FROM ${batchRows(CLIENT_TOKEN)} JOIN clients client ON client.client_id = batch.client_id
    WHERE client.enabled AND client.authentication_method <> 'none' AND to_timestamp(${END}) > now()
      AND to_timestamp(batch.issued) >= client.created_on`,
});

const SIGNED = `SELECT c.client_id AS "clientId", c.authentication_method AS "authenticationMethod", c.jwks_uri AS "jwksUri", c.jwks,
    c.roles, c.mac, ${secretHashes('c')} FROM clients c`;

/** The signed part of a client's row. */
export const SIGNED_OF = statement({
  name: 'client-signed-of',
  parameters: { id: 'bigint' },
  returns: rowOf<SignedClient>(),
  text: `${SIGNED} WHERE c.id = :id`,
});

/** The same of all clients. */
export const SIGNED_OF_ALL = statement({
  name: 'client-signed-of-all',
  isPrepared: false,
  returns: rowOf<SignedClient>(),
  text: SIGNED,
});

/** Signs a row. */
export const SET_MAC = statement({
  name: 'client-set-mac',
  parameters: { id: 'bigint', mac: 'text' },
  text: 'UPDATE clients SET mac = :mac WHERE id = :id',
});

/** Signs a row under another secret, unless it was signed again meanwhile. */
export const REPLACE_MAC = statement({
  name: 'client-replace-mac',
  isPrepared: false,
  parameters: { earlier: 'text', mac: 'text' },
  text: 'UPDATE clients SET mac = :mac WHERE mac = :earlier',
});

/** Ends all secrets of a client. */
export const DROP_SECRETS = statement({
  name: 'client-drop-secrets',
  parameters: { id: 'bigint' },
  text: `UPDATE clients SET secret_hash = NULL, secret_made_on = NULL, previous_secret_hash = NULL, previous_secret_made_on = NULL
    WHERE id = :id`,
});

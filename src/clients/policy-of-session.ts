/** The parameters of `joinedClient` and what goes with it: whether only registered clients have sessions. */
export const CLIENT_POLICY = { registeredOnly: 'boolean' } as const;

/** SQL: joins the registered client of a session, as `client`. All its columns are null if the client is not registered. */
export function joinedClient(alias: string): string {
  return `LEFT JOIN clients client ON client.client_id = ${alias}.client_id`;
}

/** SQL: whether the client may have sessions: it is enabled, or not registered where that is allowed. */
export const IS_ADMITTED = 'coalesce(client.enabled, NOT :registeredOnly::boolean)';

/** SQL: whether the client may refresh, as far as its grants say. */
const HAS_REFRESH_GRANT = `coalesce('refresh_token' = ANY (string_to_array(client.allowed_grants, ' ')), true)`;

/** SQL: whether the client may have sessions and refresh them. */
export const MAY_REFRESH = `${IS_ADMITTED} AND ${HAS_REFRESH_GRANT}`;

/** SQL: why the client may not refresh; null when it may. */
export const WHY_NOT_REFRESH = `CASE WHEN client.enabled THEN CASE WHEN NOT ${HAS_REFRESH_GRANT} THEN 'grant-not-allowed' END
      WHEN NOT client.enabled THEN 'client-disabled' WHEN :registeredOnly::boolean THEN 'client-not-registered' END`;

/** SQL: whether the client is public, so that its sessions are bound to the key of a proof (RFC 9449, section 5). */
export const IS_PUBLIC = `coalesce(client.authentication_method, 'none') = 'none'`;

/** SQL: whether a request without a proof of possession may use the session. */
export const NEEDS_NO_PROOF = 'client.dpop_required IS NOT TRUE';

/** SQL: when an access token expires, in seconds since 1970, if the life of access tokens became shorter since it was issued. */
export function accessTokenEnd(issued: string, expires: string): string {
  return `least(${expires}, ${issued} + client.access_token_ttl)`;
}

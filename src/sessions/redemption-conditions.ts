import { IS_PUBLIC, NEEDS_NO_PROOF } from '../clients/policy-of-session.js';

/**
 * SQL: whether an address is in another network than the address of the previous redemption. An IPv4 /24 counts as one network, and so does
 * an IPv6 /48. False when one of the addresses is unknown.
 */
export function isOtherNetwork(address: string): string {
  return `coalesce(t.last_address <> ${address}
    AND NOT t.last_address <<= set_masklen(${address}, CASE family(${address}) WHEN 4 THEN 24 ELSE 48 END), false)`;
}

/**
 * SQL: whether a request with this key may use the session: the session is not bound, or bound to this key (RFC 9449, section 5). Null means
 * a request without a proof.
 */
export function isKeyOf(key: string): string {
  return `(t.jkt IS NULL OR t.jkt = ${key}) AND (${NEEDS_NO_PROOF} OR ${key} IS NOT NULL)`;
}

/** SQL: the key of a request, if it binds the session: the client is public. */
export function keyOfPublic(key: string): string {
  return `CASE WHEN ${IS_PUBLIC} THEN ${key} END`;
}

/** SQL: binds a session that is not bound yet. Only tokens of later generations are issued to the key alone. */
export function bindingTo(key: string): string {
  return `jkt = coalesce(t.jkt, ${key}),
      bound_from = CASE WHEN t.jkt IS NULL AND ${key} IS NOT NULL THEN t.generation + 1 ELSE t.bound_from END`;
}

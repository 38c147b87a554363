import type { FastifyRequest } from 'fastify';
import { canonicalAddress } from '../kernel/address.js';
import type { Origin } from '../kernel/origin.js';
import type { Account, Principal } from './principal.js';

const USER_AGENT_LENGTH = 256;

/**
 * The address of the client, in its one spelling: what audit, limits and log go by. Trusted proxies name it in `X-Forwarded-For`; text that
 * is no address counts as the proxy that passed it on, and is kept nowhere. Null when the connection has no address.
 */
export function addressOf({ ip, ips = [ip] }: FastifyRequest): string | null {
  // From the connection to the first hop that is not trusted. Before a socket is known to have closed, it may have lost its address.
  const hops: readonly (string | undefined)[] = ips;
  return hops.map((hop) => canonicalAddress(hop ?? '')).findLast((address) => address !== undefined) ?? null;
}

/** Where a request came from. */
export function originOf(request: FastifyRequest): Origin {
  const { id, headers } = request;
  const userAgent = headers['user-agent']?.slice(0, USER_AGENT_LENGTH) ?? null;
  return { address: addressOf(request), userAgent, requestId: id };
}

/** The principal of a request that an account makes. */
export function principalOf({ email, isAdministrator, roles }: Account, request: FastifyRequest): Principal {
  return { name: email, origin: originOf(request), isAdministrator, roles };
}

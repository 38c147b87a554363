import type { FastifyRequest } from 'fastify';
import { canonicalAddress } from '../kernel/address.js';
import type { Origin } from '../kernel/origin.js';
import { firstCharacters, headerText, replaced } from '../kernel/text.js';
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

/**
 * Where a request came from. In the user agent, control, format and separator characters become U+FFFD: it is stored, and operators
 * read it.
 */
export function originOf(request: FastifyRequest): Origin {
  const userAgent = request.headers['user-agent'];
  const agent = userAgent === undefined ? null : userAgentText(userAgent);
  return { address: addressOf(request), userAgent: agent, requestId: request.id };
}

/** The principal of a request that an account makes. */
export function principalOf({ email, isAdministrator, roles }: Account, request: FastifyRequest): Principal {
  return { name: email, origin: originOf(request), isAdministrator, roles };
}

function userAgentText(value: string): string {
  return firstCharacters(replaced(headerText(value)), USER_AGENT_LENGTH);
}

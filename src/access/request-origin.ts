import type { FastifyRequest } from 'fastify';
import { canonicalAddress } from '../kernel/address.js';
import type { Origin } from '../kernel/origin.js';
import { firstCharacters, headerText, replaced } from '../kernel/text.js';
import { CLIENT_ACTOR, type Account, type ClientAccount, type Principal, type PrincipalSession } from './principal.js';

const USER_AGENT_LENGTH = 256;

/**
 * The client's address in canonical form, for audit, limits and log. Trusted proxies name the address in `X-Forwarded-For`. If they name
 * something that is not an address, the address of the proxy that forwarded it is used, and the text is not stored. Null when the
 * connection has no address.
 */
export function addressOf({ ip, ips = [ip] }: FastifyRequest): string | null {
  // The list goes from the connection to the first hop that is not trusted. A socket may lose its address before its close is reported.
  const hops: readonly (string | undefined)[] = ips;
  return hops.map((hop) => canonicalAddress(hop ?? '')).findLast((address) => address !== undefined) ?? null;
}

/**
 * Where a request came from. In the user agent, control, format and separator characters become U+FFFD, because the text is stored and
 * shown to operators.
 */
export function originOf(request: FastifyRequest): Origin {
  const userAgent = request.headers['user-agent'];
  const agent = userAgent === undefined ? null : userAgentText(userAgent);
  return { address: addressOf(request), userAgent: agent, requestId: request.id };
}

/** The principal for a request of this account, by the access token of a session or by a password. */
export function principalOf(
  { email, isAdministrator, roles }: Account,
  request: FastifyRequest,
  session?: PrincipalSession,
): Principal {
  return { name: email, origin: originOf(request), isAdministrator, roles, session };
}

/** The principal for a request of a client that acts for itself. It is never a full administrator. */
export function clientPrincipalOf({ clientId, roles }: ClientAccount, request: FastifyRequest): Principal {
  return { name: clientActor(clientId), origin: originOf(request), isAdministrator: false, roles };
}

/** The name of a client as the author of writes and the actor of events. No e-mail address has this form. */
export function clientActor(clientId: string): string {
  return CLIENT_ACTOR + clientId;
}

function userAgentText(value: string): string {
  return firstCharacters(replaced(headerText(value)), USER_AGENT_LENGTH);
}

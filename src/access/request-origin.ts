import type { FastifyRequest } from 'fastify';
import type { Origin } from '../kernel/origin.js';
import { firstCharacters, headerText, replaced } from '../kernel/text.js';
import type { Account, Principal } from './principal.js';

const USER_AGENT_LENGTH = 256;

/**
 * Where a request came from. In the user agent, control, format and separator characters become U+FFFD: it is stored, and operators
 * read it.
 */
export function originOf({ ip, id, headers }: FastifyRequest): Origin {
  const userAgent = headers['user-agent'];
  return { address: ip, userAgent: userAgent === undefined ? null : userAgentText(userAgent), requestId: id };
}

/** The principal of a request that an account makes. */
export function principalOf({ email, isAdministrator, roles }: Account, request: FastifyRequest): Principal {
  return { name: email, origin: originOf(request), isAdministrator, roles };
}

function userAgentText(value: string): string {
  return firstCharacters(replaced(headerText(value)), USER_AGENT_LENGTH);
}

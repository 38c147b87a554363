import type { FastifyRequest } from 'fastify';
import type { Origin } from '../kernel/origin.js';
import type { Account, Principal } from './principal.js';

const USER_AGENT_LENGTH = 256;

/** Where a request came from. */
export function originOf({ ip, id, headers }: FastifyRequest): Origin {
  return { address: ip, userAgent: headers['user-agent']?.slice(0, USER_AGENT_LENGTH) ?? null, requestId: id };
}

/** The principal of a request that an account makes. */
export function principalOf({ email, isAdministrator, roles }: Account, request: FastifyRequest): Principal {
  return { name: email, origin: originOf(request), isAdministrator, roles };
}

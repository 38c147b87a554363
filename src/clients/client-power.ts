import { insufficientScope } from '../access/insufficient-scope.js';
import { holdsRole, type Principal } from '../access/principal.js';
import type { Actor } from '../kernel/origin.js';
import type { Client } from './client.entity.js';
import { words } from './registered-client.js';

/**
 * Refuses a change of a client that has more roles than the caller, before or after the change: a user who sets its secret or its keys can act
 * with its roles. An operator on the command line has all roles.
 * @throws AppError 403 insufficient_scope that names the roles
 */
export function demandPower(actor: Actor | Principal, ...clients: readonly Pick<Client, 'Roles'>[]): void {
  if (!('roles' in actor)) return;
  const lacking = clients.flatMap(({ Roles }) => words(Roles ?? '')).filter((role) => !holdsRole(actor, role));
  if (lacking.length === 0) return;
  const names = [...new Set(lacking)].join(', ');
  throw insufficientScope(`The client has roles that you do not have: ${names}.`);
}

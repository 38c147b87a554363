import { insufficientScope } from '../access/insufficient-scope.js';
import { holdsRole, type Principal } from '../access/principal.js';
import type { Actor } from '../kernel/origin.js';
import type { Client } from './client.entity.js';
import { words } from './registered-client.js';

/** Whether the client authenticates by a secret. */
export function hasSecretMethod({ AuthenticationMethod }: Pick<Client, 'AuthenticationMethod'>): boolean {
  return AuthenticationMethod.startsWith('client_secret_');
}

/**
 * Whether a change of a client ends its secrets. A secret may have been made when the client had fewer roles, by a user who does not have the
 * new roles, or when the client had no use for a secret.
 */
export function endsSecrets(client: Client, before: Client): boolean {
  const had = words(before.Roles ?? '');
  const gains = words(client.Roles ?? '').some((role) => !had.includes(role));
  return gains || hasSecretMethod(client) !== hasSecretMethod(before);
}

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

import { holdsRole, type Principal } from '../access/principal.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';

/** The rights of a user: as they are, or as they would be. */
interface Rights {
  readonly IsAdmin: boolean;
  readonly Roles: readonly string[];
}

/**
 * Demands that the caller has all rights that the user of a write has, before and after the write. Otherwise a caller could grant itself rights, or
 * take over a user who has more: by a password, or by the removal of a second factor.
 * @throws AppError 403 naming what the caller lacks
 */
export function demandOwnRights(actor: Actor, ...states: readonly Rights[]): void {
  const caller = callerOf(actor);
  if (caller.isAdministrator) return;
  const beyond = states.flatMap(({ IsAdmin, Roles }) => [
    ...(IsAdmin ? ['full administrator'] : []),
    ...Roles.filter((role) => !holdsRole(caller, role)),
  ]);
  if (beyond.length === 0) return;
  const message = `The write is about rights that you do not have: ${[...new Set(beyond)].join(', ')}.`;
  throw new AppError('beyond_own_rights', 403, message);
}

/** The rights of an actor. An actor that is not the user of a request has none. */
function callerOf(actor: Actor & Partial<Principal>): Pick<Principal, 'isAdministrator' | 'roles'> {
  const { isAdministrator = false, roles = [] } = actor;
  return { isAdministrator, roles };
}

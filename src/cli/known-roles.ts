import { AppError } from '../kernel/app-error.js';

/**
 * Refuses a role that does not exist, so that a slip of the pen is not taken for a grant.
 * @throws AppError naming the unknown roles and those there are
 */
export function demandKnownRoles(roles: readonly string[], known: readonly string[]): void {
  const unknown = roles.filter((role) => !known.includes(role));
  if (unknown.length === 0) return;
  throw new AppError(
    'unknown_role',
    400,
    `Unknown: ${unknown.join(', ')}. The roles are ${[...new Set(known)].sort().join(', ')}.`,
  );
}

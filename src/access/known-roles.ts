import { AppError } from '../kernel/app-error.js';

/**
 * Refuses roles that do not exist, so that a typing error does not look like a grant.
 * @throws AppError naming the unknown roles and the existing roles
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

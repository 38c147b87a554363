import { formatDateTime } from '../kernel/date-time.js';
import type { User } from '../users/user.entity.js';
import { formatTable } from './format-table.js';

/** A user, and whether the service wrote the row as it is. */
export interface ListedUser {
  readonly user: User;
  readonly isGenuine: boolean;
}

/** What programs may know of a user. */
export function userAsJson({ user, isGenuine }: ListedUser): object {
  const { email, enabled, isAdministrator, roles, mustResetPassword, totpSecret, createdOn } = user;
  const others = { hasTotp: totpSecret !== null, isTampered: !isGenuine, createdOn: formatDateTime(createdOn) };
  return { email, enabled, isAdministrator, roles, mustResetPassword, ...others };
}

/** A table for people, a user a line. */
export function formatUsers(users: readonly ListedUser[]): string {
  return formatTable(users.map(toRow));
}

function toRow({ user, isGenuine }: ListedUser) {
  const { email, enabled, isAdministrator, roles, mustResetPassword, totpSecret, createdOn } = user;
  const all = isAdministrator ? ['full administrator', ...roles] : roles;
  const password = mustResetPassword ? 'must be changed' : 'set';
  return {
    'e-mail': email,
    state: !isGenuine ? 'tampered' : enabled ? 'enabled' : 'disabled',
    created: formatDateTime(createdOn),
    password,
    code: totpSecret === null ? 'no' : 'yes',
    roles: all.join(', ') || 'none',
  };
}

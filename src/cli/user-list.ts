import { formatDateTime } from '../kernel/date-time.js';
import type { User } from '../users/user.entity.js';
import { formatTable } from './format-table.js';

/** What programs may know of a user. */
export function userAsJson({ totpSecret, createdOn, ...user }: User): object {
  const { email, enabled, isAdministrator, roles, mustResetPassword } = user;
  const hasTotp = totpSecret !== null;
  return { email, enabled, isAdministrator, roles, mustResetPassword, hasTotp, createdOn: formatDateTime(createdOn) };
}

/** A table for people, a user a line. */
export function formatUsers(users: readonly User[]): string {
  return formatTable(users.map(toRow));
}

function toRow({ email, enabled, isAdministrator, roles, mustResetPassword, totpSecret, createdOn }: User) {
  const held = isAdministrator ? ['full administrator', ...roles] : roles;
  const password = mustResetPassword ? 'must be changed' : 'set';
  return {
    'e-mail': email,
    state: enabled ? 'enabled' : 'disabled',
    created: formatDateTime(createdOn),
    password,
    code: totpSecret === null ? 'no' : 'yes',
    roles: held.join(', ') || 'none',
  };
}

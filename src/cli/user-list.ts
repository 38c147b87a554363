import { formatDateTime } from '../kernel/date-time.js';
import type { User } from '../users/user.entity.js';
import { formatTable } from './format-table.js';

/** A user, and whether the service wrote the row in its present form. */
export interface ListedUser {
  readonly user: User;
  readonly isGenuine: boolean;
}

/** The members of a user for programs, without secrets. */
export function userAsJson({ user, isGenuine }: ListedUser): object {
  const { email, enabled, isAdministrator, roles, mustResetPassword, totpSecret, createdOn } = user;
  const others = { hasTotp: totpSecret !== null, isTampered: !isGenuine, createdOn: formatDateTime(createdOn) };
  return { email, enabled, isAdministrator, roles, mustResetPassword, ...others };
}

/** Formats a table for people, one line per user. */
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

import { formatDateTime } from '../kernel/date-time.js';
import type { User } from '../users/user.entity.js';

const HEADINGS = ['E-MAIL', 'STATE', 'CREATED', 'ROLES'];

/** What programs may know of a user. */
export function userAsJson({ email, enabled, isAdministrator, roles, createdOn }: User): object {
  return { email, enabled, isAdministrator, roles, createdOn: formatDateTime(createdOn) };
}

/** A table for people, a user a line. */
export function formatUsers(users: readonly User[]): string {
  const rows = [HEADINGS, ...users.map(toRow)];
  const widths = HEADINGS.map((_heading, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function toRow({ email, enabled, isAdministrator, roles, createdOn }: User): string[] {
  const held = isAdministrator ? ['full administrator', ...roles] : roles;
  return [email, enabled ? 'enabled' : 'disabled', formatDateTime(createdOn), held.join(', ') || 'none'];
}

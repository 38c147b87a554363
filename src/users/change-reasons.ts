import type { UserRowChange } from './users.repository.js';

/** What a change of a user does, as the audit trail has it. Roles are compared with those that the user has. */
export function changeReasons(change: UserRowChange, had: readonly string[] = []): string[] {
  const { passwordHash, enabled, mustResetPassword, isAdministrator, totpSecret, roles = had } = change;
  return [
    ...(passwordHash === undefined ? [] : ['password-changed']),
    ...flagReason(enabled, 'enabled', 'user-disabled'),
    ...flagReason(mustResetPassword, 'must-reset-password', 'may-keep-password'),
    ...flagReason(isAdministrator, 'made-administrator', 'administrator-withdrawn'),
    ...roles.filter((role) => !had.includes(role)).map((role) => `granted ${role}`),
    ...had.filter((role) => !roles.includes(role)).map((role) => `withdrew ${role}`),
    ...(totpSecret === null ? ['totp-disabled'] : []),
  ];
}

/** Whether a change ends the sessions of the user. */
export function endsSessions({ passwordHash, enabled, mustResetPassword }: UserRowChange): boolean {
  return passwordHash !== undefined || enabled === false || mustResetPassword === true;
}

function flagReason(flag: boolean | undefined, set: string, unset: string): string[] {
  return flag === undefined ? [] : [flag ? set : unset];
}

import { randomBytes } from '../kernel/random-bytes.js';
import type { NewUserRow, UserRowChange } from '../users/users.repository.js';
import type { UserInput, UserRecord } from './user-record.js';

/** The members of a user that a write stores. */
interface UserState extends Pick<
  UserRecord,
  'Email' | 'FullName' | 'Active' | 'IsAdmin' | 'Roles' | 'MustResetPassword' | 'HasSecondFactor' | 'SystemId'
> {
  /** The hash of a new password; null if there is none. */
  readonly Password: string | null;
}

/** A user who does not exist yet, with the defaults of the members. */
const NEW = { Active: true, IsAdmin: false, Roles: [] as string[], MustResetPassword: false, HasSecondFactor: false };

/** The sent members of a user, and for those that were not sent the present ones, or the defaults of a new user. */
export function stateAfter(
  sent: UserInput & { readonly HasSecondFactor?: boolean },
  { Active, IsAdmin, Roles, MustResetPassword, HasSecondFactor }: typeof NEW = NEW,
): UserState {
  return {
    Email: sent.Email,
    FullName: sent.FullName ?? null,
    Active: sent.Active ?? Active,
    IsAdmin: sent.IsAdmin ?? IsAdmin,
    Roles: sent.Roles ?? Roles,
    MustResetPassword: sent.MustResetPassword ?? MustResetPassword,
    HasSecondFactor: sent.HasSecondFactor ?? HasSecondFactor,
    SystemId: sent.SystemId ?? null,
    Password: sent.Password ?? null,
  };
}

/** The row of a new user. */
export function newRowOf(state: UserState, passwordHash: string, updatedBy: string): NewUserRow {
  const { Email: email, Active: enabled, IsAdmin: isAdministrator, Roles: roles, MustResetPassword } = state;
  const described = { fullName: state.FullName, systemId: state.SystemId, updatedBy };
  const rights = { email, passwordHash, enabled, isAdministrator, roles, mustResetPassword: MustResetPassword };
  return { ...rights, totpSecret: null, ...described };
}

/** What a write changes of the row of a user. */
export function changeOf(state: UserState, before: UserRecord): UserRowChange {
  return {
    ...(state.Password !== null && { passwordHash: state.Password }),
    ...(state.Active !== before.Active && { enabled: state.Active }),
    ...(state.IsAdmin !== before.IsAdmin && { isAdministrator: state.IsAdmin }),
    ...(areOther(state.Roles, before.Roles) && { roles: state.Roles }),
    ...(state.MustResetPassword !== before.MustResetPassword && { mustResetPassword: state.MustResetPassword }),
    ...(before.HasSecondFactor &&
      !state.HasSecondFactor && {
        totpSecret: null,
        totpLastStep: null,
        recoveryCodes: null,
      }),
    fullName: state.FullName,
    systemId: state.SystemId,
  };
}

/** A password for a user who has to change it. */
export function madePassword(): string {
  return randomBytes(18).toString('base64url');
}

function areOther(roles: readonly string[], had: readonly string[]): boolean {
  return roles.length !== had.length || roles.some((role) => !had.includes(role));
}

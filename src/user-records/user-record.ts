import { declaredResource } from '../resource/kit/declared-resource.js';
import { Shown } from '../resource/kit/member-decorators.js';
import { FLAG, TEXT } from '../resource/kit/member-kinds.js';
import { OwnResource } from '../resource/kit/resource.decorator.js';
import { ResourceRecord } from '../resource/kit/resource-record.js';
import { User } from '../users/user.entity.js';
import { EMAIL, PASSWORD, ROLES, UserMember } from './user-members.js';

const FOUND = { searchable: true, orderable: true } as const;
const FLAGGED = { searchable: true, example: false } as const;

/**
 * A user as a record of the API. `User` is the entity of the same table. No answer has a password, a hash or a second factor. An absent flag, and
 * absent roles, stay as they are in an update, and have their defaults in a new user.
 */
@OwnResource({
  ...{ name: 'User', path: 'api/sys/users', table: 'users', shownAs: '{Email}', entity: User, mayConflict: true },
  commands: [
    { key: 'USER_ENABLE', name: 'Enable' },
    { key: 'USER_DISABLE', name: 'Disable' },
    { key: 'USER_REQUIRE_PASSWORD_CHANGE', name: 'Require another password' },
    { key: 'USER_REMOVE_SECOND_FACTOR', name: 'Remove the second factor' },
  ],
})
export class UserRecord extends ResourceRecord {
  @UserMember(EMAIL, {
    ...FOUND,
    isDemanded: true,
    example: 'ada@example.com',
    description: 'Identifies the user, in lower case. It never changes.',
  })
  Email!: string;

  @UserMember(TEXT, { ...FOUND, rules: { longest: 200 }, required: false, example: 'Ada Lovelace' })
  FullName!: string | null;

  @UserMember(FLAG, {
    ...FLAGGED,
    ...{ column: 'enabled', example: true },
    description: 'Whether the user may sign in and use tokens. By default true.',
  })
  Active!: boolean;

  @UserMember(FLAG, {
    ...FLAGGED,
    column: 'is_administrator',
    description: 'Whether the user is a full administrator, who needs no role. By default false.',
  })
  IsAdmin!: boolean;

  @UserMember(ROLES, {
    example: ['RefreshToken-Read'],
    description: 'The roles of the user, of those that routes require. By default none.',
  })
  Roles!: string[];

  @UserMember(FLAG, {
    ...FLAGGED,
    description:
      'Whether sign-in is refused until the password is changed. By default false, and true with a made password.',
  })
  MustResetPassword!: boolean;

  @Shown(FLAG, {
    ...FLAGGED,
    sql: 'totp_secret IS NOT NULL',
    description: 'Whether a sign-in needs a code. A command removes the second factor.',
  })
  HasSecondFactor!: boolean;

  @UserMember(PASSWORD, {
    ...{ required: false, isWriteOnly: true, secret: true, example: 'a new passphrase' },
    description:
      'A new password, in bodies only. Without one, a new user gets a made password, and another user keeps the present one.',
  })
  Password?: string | null;
}

/** The User resource. */
export const USERS = declaredResource(UserRecord);

/** What clients send to create a user. */
export interface UserInput extends Partial<
  Pick<UserRecord, 'FullName' | 'Active' | 'IsAdmin' | 'Roles' | 'MustResetPassword' | 'Password' | 'SystemId'>
> {
  readonly Email: string;
}

/** What clients send to update a user. */
export interface UserChange extends UserInput {
  readonly Id: number;
}

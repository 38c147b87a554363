import { ApiProperty } from '@nestjs/swagger';
import { PASSWORD_LENGTH } from '../kernel/password-policy.js';
import { isMissing, member, OptionalFlag, REQUIRED, RequiredText } from '../resource/members.js';
import { passwordFault } from '../users/password-rules.js';

/** Longer than every ticket. */
const TICKET_LENGTH = 2_048;

/** A member that must be a password that can be set. */
function NewPassword(): PropertyDecorator {
  return member({
    fault: (value) => {
      if (isMissing(value)) return REQUIRED;
      return typeof value === 'string' ? passwordFault(value) : 'must be a string';
    },
    document: ApiProperty({
      ...{ type: String, format: 'password', example: 'correct horse battery' },
      ...{ minLength: PASSWORD_LENGTH.min, maxLength: PASSWORD_LENGTH.max },
      description: 'At least eight characters, and none of the commonest passwords.',
    }),
    secret: true,
  });
}

/** A change of the own password. */
export class PasswordBody {
  @RequiredText({
    ...{ maxLength: PASSWORD_LENGTH.max, secret: true, example: 'a password for ada' },
    description: 'The present password.',
  })
  readonly CurrentPassword!: string;

  @NewPassword()
  readonly NewPassword!: string;

  @OptionalFlag({ example: true, description: 'Whether all other sessions end. They do if this is absent.' })
  readonly EndOtherSessions?: boolean | null;
}

/** A change of a password that must be changed. */
export class ExpiredPasswordBody {
  @RequiredText({
    ...{ maxLength: TICKET_LENGTH, secret: true, example: 'eyJhbGciOiJkaXIi' },
    description: 'The `password_ticket` of the refused sign-in.',
  })
  readonly Ticket!: string;

  @NewPassword()
  readonly NewPassword!: string;
}

/** The first code of a new second factor. */
export class SecondFactorBody {
  @RequiredText({
    ...{ maxLength: TICKET_LENGTH, secret: true, example: 'eyJhbGciOiJkaXIi' },
    description: 'The ticket of the answer that had the secret.',
  })
  readonly Ticket!: string;

  @RequiredText({
    ...{ maxLength: 32, secret: true, example: '123456' },
    description: 'A code that the authenticator app shows now.',
  })
  readonly Totp!: string;
}

import { Injectable } from '@nestjs/common';
import { StatementsService } from '../database/statements.service.js';
import { SIGN_INS, type SignInEvent } from './sign-ins.statements.js';

export type { SignInEvent } from './sign-ins.statements.js';

/** How many sign-ins a user is shown. */
const MOST_SHOWN = 50;

/** The sign-ins of users, in the audit trail. */
@Injectable()
export class SignInsRepository {
  constructor(private readonly statements: StatementsService) {}

  /** The newest sign-ins and refused attempts of a user, the newest first. The e-mail is in lower case. */
  newest(subject: string): Promise<SignInEvent[]> {
    return this.statements.run(SIGN_INS, { subject, limit: MOST_SHOWN });
  }
}

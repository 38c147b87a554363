import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { AppError } from '../kernel/app-error.js';
import type { Actor } from '../kernel/origin.js';
import { CutoffsService } from '../sessions/cutoffs.service.js';
import { UsersService } from '../users/users.service.js';
import { identifierOf, type SubjectIdentifier } from './subject-identifier.js';

/** Ends all sessions of a user whom an identity provider or a security tool names (draft-parecki-oauth-global-token-revocation). */
@Injectable()
export class GlobalRevocationService {
  constructor(
    private readonly users: UsersService,
    private readonly cutoffs: CutoffsService,
    private readonly settings: Settings,
  ) {}

  /**
   * Ends the sessions of the user of a request. From then on every replica refuses their tokens.
   * @throws ValidationError for a body without a subject identifier of a known format; AppError 404 when there is no such user
   */
  async revoke(body: unknown, actor: Actor): Promise<void> {
    const email = this.emailOf(identifierOf(body));
    const user = email === undefined ? null : await this.users.find(email);
    if (!user) throw new AppError('not_found', 404, 'There is no such user.');
    await this.cutoffs.end({ subject: user.email }, { reason: 'revoked-globally', actor });
  }

  /** The `sub` of access tokens is the e-mail address. Users of another issuer are not known here. */
  private emailOf(subject: SubjectIdentifier): string | undefined {
    if (subject.format === 'email') return subject.email;
    if (subject.format === 'opaque') return subject.id;
    return subject.iss === this.settings.PUBLIC_URL ? subject.sub : undefined;
  }
}

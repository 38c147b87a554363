import { Injectable } from '@nestjs/common';
import type { Origin } from '../kernel/origin.js';
import { invalidCredentials } from '../users/sign-in.service.js';
import type { User } from '../users/user.entity.js';
import { CutSessionsService } from './cut-sessions.service.js';
import { LoginsRepository } from './logins.repository.js';
import { RefreshTokenCodec } from './refresh-token.codec.js';
import type { IssuedSession } from './session.js';
import { digestTicket } from './ticket-digest.js';
import { TicketsService } from './tickets.service.js';

/** A sign-in of an authenticated user at a client. */
export interface Login {
  readonly user: Pick<User, 'email' | 'passwordHash'>;
  /** Undefined means the default: the user's e-mail. */
  readonly clientId: string | undefined;
  /** How the user was authenticated (RFC 8176). */
  readonly amr: readonly string[];
  readonly origin: Origin;
}

/** Begins sessions. */
@Injectable()
export class LoginsService {
  constructor(
    private readonly logins: LoginsRepository,
    private readonly codec: RefreshTokenCodec,
    private readonly tickets: TicketsService,
    private readonly cutoffs: CutSessionsService,
  ) {}

  /**
   * Begins a session, on the existing row of this user and client, or on a new row. The previous refresh token becomes invalid. Earlier
   * access tokens stay valid (contract 3). Concurrent logins leave one row, with the token of the last login. It runs two statements, and
   * two more when another login at the same client, or the end of the previous session, came between them.
   * @throws AppError invalid_credentials when the user was disabled, or the password was changed, after the check of the password
   */
  async begin({
    user: { email: subject, passwordHash },
    clientId = subject,
    amr,
    origin,
  }: Login): Promise<IssuedSession> {
    const login = { subject, passwordHash, clientId, amr, origin };
    for (;;) {
      const planned = await this.logins.plan(login);
      if (planned.isCut) {
        await this.cutoffs.finish(planned);
        continue;
      }
      const { id, uniqueId, generation, authTime } = planned;
      const refreshToken = this.codec.encode(planned);
      const { salt, hash } = digestTicket(refreshToken);
      const ticket = await this.tickets.seal({ subject, clientId, authTime, amr, uniqueId });
      const { isAllowed, hasBegun, now } = await this.logins.begin(login, planned, { salt, hash, ticket });
      if (!isAllowed) throw invalidCredentials('changed-meanwhile');
      if (hasBegun) return { id, uniqueId, generation, subject, clientId, authTime, amr, now, refreshToken };
    }
  }
}

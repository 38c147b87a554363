import { Injectable } from '@nestjs/common';
import { ClientsService } from '../clients/clients.service.js';
import { databaseBusy } from '../database/database-failures.js';
import type { Origin } from '../kernel/origin.js';
import { proofDemanded } from '../proofs/proof-failures.js';
import { invalidCredentials } from '../users/sign-in.service.js';
import type { CountSignIn, Settlement } from '../users/guess-limits.repository.js';
import type { User } from '../users/user.entity.js';
import type { PlannedLogin } from './login.statements.js';
import { LoginsRepository } from './logins.repository.js';
import { TOO_MANY, TOO_MANY_OF_USER } from './ended-session.js';
import { RefreshTokenCodec } from './refresh-token.codec.js';
import type { IssuedSession } from './session.js';
import { SessionNoticesService } from './session-notices.service.js';
import { digestTicket } from './ticket-digest.js';
import { TicketsService } from './tickets.service.js';

/** Each time, another login of the same user at the same client has begun. More than that means that the database allows no second session. */
const ATTEMPTS = 200;

/** A sign-in of an authenticated user at a client. */
export interface Login {
  readonly user: Pick<User, 'email' | 'passwordHash' | 'isAdministrator' | 'roles'>;
  /** Undefined means the default: the user's e-mail. */
  readonly clientId: string | undefined;
  /** How the user was authenticated (RFC 8176). */
  readonly amr: readonly string[];
  readonly origin: Origin;
  /** What the user calls the device, if the client sends a name. */
  readonly deviceName?: string | undefined;
  /** The thumbprint of the key of the request's DPoP proof, to which the session is bound; undefined without a proof. */
  readonly jkt?: string | undefined;
  /** How the guess at the password is settled; undefined when it is settled already, or there was none. */
  readonly settlement?: Settlement | undefined;
  /** The attempt whose count may have planned the login. */
  readonly attempt?: LoginAttempt | undefined;
}

/** An attempt to sign in at a client. The statement that counts the attempt also plans the login. */
export interface LoginAttempt {
  readonly count: CountSignIn;
  /** Undefined before the count, when the attempt shares the check of another one, or when the plan needs a statement of its own. */
  readonly planned: PlannedLogin | undefined;
}

/** Begins sessions. */
@Injectable()
export class LoginsService {
  constructor(
    private readonly logins: LoginsRepository,
    private readonly codec: RefreshTokenCodec,
    private readonly tickets: TicketsService,
    private readonly clients: ClientsService,
    private readonly notices: SessionNoticesService,
  ) {}

  /** An attempt to sign in at this client; undefined means the default. */
  attemptAt(clientId: string | undefined): LoginAttempt {
    const attempt: { count: CountSignIn; planned: PlannedLogin | undefined } = {
      count: async (guess) => {
        const { counted, planned } = await this.logins.count(guess, clientId);
        attempt.planned = planned;
        return counted;
      },
      planned: undefined,
    };
    return attempt;
  }

  /**
   * Begins a session, on the existing row of this user and client, or on a new row. The previous refresh token becomes invalid. Earlier
   * access tokens stay valid (contract 3). Concurrent logins leave one row, with the token of the last login. It runs one statement if the
   * login is planned already, otherwise two, and two more when another login at the same client, or the end of the previous session, came
   * between them. At a client with several sessions for each user, the row is always new, and the sessions that were unused for longest end.
   * @throws AppError invalid_credentials when the user was disabled, or the password was changed, after the check of the password;
   * unauthorized_client when the registry does not admit the client
   */
  async begin({
    user: { email: subject, passwordHash, ...rights },
    clientId = subject,
    amr,
    origin,
    deviceName,
    jkt: proofKey,
    settlement,
    attempt: counted,
  }: Login): Promise<IssuedSession> {
    const policy = await this.clients.admitted(clientId);
    if (policy.dpopRequired && proofKey === undefined) throw proofDemanded();
    // Only the sessions of public clients are bound. Those of other clients need the authentication of the client (RFC 9449, section 5).
    const jkt = policy.authenticationMethod === 'none' ? proofKey : undefined;
    const login = { subject, rights, passwordHash, clientId, amr, origin, policy, deviceName, jkt, settlement };
    const act = { kind: 'session-ended', actor: { name: subject, origin }, reason: TOO_MANY } as const;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const [planned, ...others] = await this.logins.plan(login, attempt === 0 ? counted?.planned : undefined);
      const cut = [planned, ...others].filter(({ isCut }) => isCut);
      if (cut.length > 0) {
        for (const each of cut) this.notices.cut(await this.logins.endCut(each));
        continue;
      }
      const { id, uniqueId, generation, authTime } = planned;
      const refreshToken = this.codec.encode(planned);
      const { salt, hash } = digestTicket(refreshToken);
      const ticket = this.tickets.seal({ subject, clientId, authTime, amr, uniqueId });
      const { isAllowed, hasBegun, ended, endedBeyond, cutoffsSeen, now } = await this.logins.begin(login, planned, {
        salt,
        hash,
        ticket,
      });
      if (!isAllowed) throw invalidCredentials('changed-meanwhile');
      this.notices.ended(ended, act);
      this.notices.ended(endedBeyond, { ...act, reason: TOO_MANY_OF_USER });
      if (!hasBegun) continue;
      if (others.length > 0) this.notices.ended(await this.logins.endOthers(planned, login, act), act);
      return { id, uniqueId, generation, subject, clientId, authTime, amr, cutoffsSeen, now, refreshToken };
    }
    throw databaseBusy('other sign-ins came between each time');
  }
}

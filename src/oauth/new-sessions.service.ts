import { Injectable } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { abandoned } from '../http/arrival.js';
import { AppError } from '../kernel/app-error.js';
import type { Origin } from '../kernel/origin.js';
import type { SignInRefusal } from '../kernel/refusal-reasons.js';
import { LoginsService } from '../sessions/logins.service.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { AudiencesService } from './audiences.service.js';
import { checkedDeviceName } from './device-name.js';
import type { GrantRequest, TokenResponse } from './grants/grant.js';
import { TokenResponsesService } from './token-responses.service.js';

/**
 * A user that the caller has authenticated, and the request that did it. `{ ...request, user, amr }` makes it from the request of a grant.
 * @publicApi
 */
export interface NewSession extends Partial<GrantRequest> {
  /** The user's e-mail address, without regard to case. */
  readonly user: string;
  readonly origin: Origin;
  /** How the user was authenticated, as one or more values of RFC 8176, such as `['hwk', 'pin']`. */
  readonly amr: readonly string[];
}

/**
 * Begins sessions of users whom a grant, or a route of a team, has authenticated.
 * @publicApi
 */
@Injectable()
export class NewSessionsService {
  /** @internal */
  constructor(
    private readonly users: GenuineUsersService,
    private readonly logins: LoginsService,
    private readonly responses: TokenResponsesService,
    private readonly audiences: AudiencesService,
    private readonly events: AuditEventsService,
  ) {}

  /**
   * Begins a session of this user at this client, and returns its tokens. Without a client, the client is named by the user's e-mail. The
   * previous session of this user and client ends, as at every sign-in (contract 3). The audit trail gets a `login` with `amr` as its
   * reason, or a `login-failed`. With `jkt`, the tokens are bound to this key. The service checks neither password nor second
   * factor: that is the work of the caller.
   * @throws AppError invalid_request for a `deviceName` that is too long or has control characters; invalid_grant when there is no such user,
   * or the user is disabled; must_reset_password; invalid_target for `resources` that the client may not have; 408 when the client has
   * disconnected
   */
  async begin(session: NewSession): Promise<TokenResponse> {
    const { user: email, clientId, amr, origin, isAbandoned } = session;
    const deviceName = checkedDeviceName(session.deviceName);
    if (!isMethods(amr)) throw new Error('amr must be a list of words, such as ["pwd"] (RFC 8176).');
    const user = await this.users.find(email);
    const refusal = !user ? 'unknown-user' : !user.enabled ? 'user-disabled' : undefined;
    if (!user || refusal) throw await this.refused(user?.email, origin, noSuchUser(refusal));
    if (user.mustResetPassword) throw await this.refused(user.email, origin, mustReset());
    await this.audiences.demand(clientId ?? user.email, session.resources);
    if (await isAbandoned?.()) throw abandoned();
    return this.responses.of(
      () => this.logins.begin({ user, clientId, amr, origin, deviceName, jkt: session.jkt }),
      session,
    );
  }

  /** Writes the event of a refusal. It does not contain the name of an unknown user, because people type secrets there. */
  private async refused(email: string | undefined, origin: Origin, refusal: AppError): Promise<AppError> {
    const actor = { name: email ?? 'unknown', origin };
    const reason = refusal.context.detail ?? refusal.code;
    await this.events.record({ kind: 'login-failed', actor, subject: email, reason });
    return refusal;
  }
}

function isMethods(amr: readonly unknown[]): boolean {
  return amr.length > 0 && amr.every((method) => typeof method === 'string' && /^[\w.-]{1,40}$/.test(method));
}

function noSuchUser(detail: SignInRefusal | undefined): AppError {
  return new AppError('invalid_grant', 400, 'The user cannot sign in.', { ...(detail && { detail }) });
}

function mustReset(): AppError {
  const detail: SignInRefusal = 'must-reset-password';
  return new AppError('must_reset_password', 400, 'The password must be changed before signing in.', { detail });
}

import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import parseBasic, { type BasicAuthResult } from 'basic-auth';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-custom';
import type { Principal } from '../access/principal.js';
import { originOf, principalOf } from '../access/request-origin.js';
import { isAbandoned } from '../http/arrival.js';
import { formDecoded } from '../http/percent-encoding.js';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { AppError } from '../kernel/app-error.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { SignInService } from '../users/sign-in.service.js';
import { RememberedPasswordsService } from './remembered-passwords.service.js';

/**
 * `Authorization: Basic base64(email:password)` (RFC 7617). The password may contain colons, and the pair may be form-encoded. A user with
 * a second factor cannot use Basic: Basic cannot carry a code, and a second factor must not be optional.
 */
@Injectable()
export class BasicStrategy extends PassportStrategy(Strategy, 'tessera-basic') {
  constructor(
    private readonly users: GenuineUsersService,
    private readonly signIn: SignInService,
    private readonly remembered: RememberedPasswordsService,
    private readonly events: AuditEventsService,
  ) {
    super();
  }

  /**
   * The principal whose credentials the request carries, or false. The audit trail gets an event if the password was checked, but not if
   * the password was remembered.
   * @throws AppError 429 while guesses are limited, 503 while too many sign in
   */
  async validate(request: FastifyRequest): Promise<Principal | false> {
    const credentials = parseBasic(request.raw);
    if (!credentials) return false;
    const { name: email, pass: password } = decoded(credentials);
    const user = await this.users.find(email);
    const isRemembered = user !== null && this.remembered.knows(user.email, password, user.passwordHash);
    if (isRemembered && user.enabled && !user.mustResetPassword && user.totpSecret === null)
      return principalOf(user, request);
    try {
      const attempt = { origin: originOf(request), isAbandoned: () => isAbandoned(request) };
      const { user: authenticated } = await this.signIn.authenticate({ email, password }, attempt);
      this.remembered.remember(authenticated.email, password, authenticated.passwordHash);
      const principal = principalOf(authenticated, request);
      await this.events.recordSample({ kind: 'basic-sign-in', actor: principal, subject: principal.name });
      return principal;
    } catch (error) {
      if (error instanceof AppError && error.status === 400) return false;
      throw error;
    }
  }
}

/**
 * The pair as it was sent (RFC 7617), or decoded if it is form-encoded, as OAuth clients send it (RFC 6749, section 2.3.1). The name of a
 * user is an e-mail address, and form encoding replaces the `@`. So the service checks only one of the two forms, and a wrong password
 * counts as one failure.
 */
function decoded(pair: BasicAuthResult): BasicAuthResult {
  if (pair.name.includes('@')) return pair;
  const [name, pass] = [formDecoded(pair.name), formDecoded(pair.pass)];
  return name === undefined || pass === undefined ? pair : { name, pass };
}

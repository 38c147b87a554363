import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import parseBasic from 'basic-auth';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport-custom';
import type { Principal } from '../access/principal.js';
import { UsersService } from '../users/users.service.js';
import { toPrincipal } from './principal-of-user.js';
import { RememberedPasswords } from './remembered-passwords.js';

/** `Authorization: Basic base64(email:password)` (RFC 7617). The password may hold colons. */
@Injectable()
export class BasicStrategy extends PassportStrategy(Strategy, 'basic') {
  constructor(
    private readonly users: UsersService,
    private readonly remembered: RememberedPasswords,
  ) {
    super();
  }

  /** The user whose credentials the request carries, or false. */
  async validate(request: FastifyRequest): Promise<Principal | false> {
    const credentials = parseBasic(request.raw);
    if (!credentials) return false;
    const { name: email, pass: password } = credentials;
    const user = await this.users.find(email);
    if (user?.enabled && this.remembered.knows(user.email, password, user.passwordHash)) return toPrincipal(user);
    const authenticated = await this.users.authenticate(email, password);
    if (!authenticated) return false;
    this.remembered.remember(authenticated.email, password, authenticated.passwordHash);
    return toPrincipal(authenticated);
  }
}

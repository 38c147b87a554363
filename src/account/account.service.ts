import { Injectable } from '@nestjs/common';
import { noLonger } from '../access/no-longer.js';
import type { Principal } from '../access/principal.js';
import { formatDateTime } from '../kernel/date-time.js';
import { GenuineUsersService } from '../users/genuine-users.service.js';
import { RecoveryCodesService } from '../users/recovery-codes.service.js';
import type { AccountView } from './account-view.js';
import { SignInView } from './sign-in-view.js';
import { SignInsRepository } from './sign-ins.repository.js';

/** What users see of their own account. */
@Injectable()
export class AccountService {
  constructor(
    private readonly users: GenuineUsersService,
    private readonly recovery: RecoveryCodesService,
    private readonly signIns: SignInsRepository,
  ) {}

  /** The account of the user who asks, and the session of the request. */
  async of({ name, session }: Principal): Promise<AccountView> {
    const user = await this.users.find(name);
    // The user was deleted, or the row was changed outside the service, after the credentials were checked.
    if (!user) throw noLonger();
    const { email, isAdministrator, roles, totpSecret, createdOn } = user;
    return {
      Email: email,
      IsAdministrator: isAdministrator,
      Roles: roles,
      HasSecondFactor: totpSecret !== null,
      RecoveryCodesLeft: totpSecret === null ? 0 : await this.recovery.left(email),
      CreatedOn: formatDateTime(createdOn),
      SessionId: session?.uniqueId ?? null,
      ClientId: session?.clientId ?? null,
      SignedInOn: session ? formatDateTime(new Date(session.authTime * 1000)) : null,
      AuthenticationMethods: session?.amr ?? null,
    };
  }

  /** The newest sign-ins and refused attempts of a user, the newest first. */
  async signInsOf({ name }: Principal): Promise<SignInView[]> {
    return (await this.signIns.newest(name)).map((event) => SignInView.of(event));
  }

  /** Whether the user signs in with a code. */
  async hasSecondFactor({ name }: Principal): Promise<boolean> {
    return ((await this.users.find(name))?.totpSecret ?? null) !== null;
  }
}

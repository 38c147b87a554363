import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { PasswordSealsService } from './password-seals.service.js';
import { TotpService } from './totp.service.js';
import { UsersRepository, type Renewed } from './users.repository.js';
import { UserSealsService } from './user-seals.service.js';
import type { User } from './user.entity.js';
import { UsersService } from './users.service.js';

const AT_ONCE = 500;

/** Seals and signs users again after a change of TESSERA_SECRET, so that the previous secret can be removed. */
@Injectable()
export class UserRenewalService implements OnModuleInit {
  constructor(
    private readonly settings: Settings,
    private readonly users: UsersService,
    private readonly totp: TotpService,
    private readonly pepper: PasswordSealsService,
    private readonly rows: UsersRepository,
  ) {}

  async onModuleInit(): Promise<void> {
    const { TESSERA_SECRET, TESSERA_SECRET_PREVIOUS } = this.settings;
    if (TESSERA_SECRET_PREVIOUS.length === 0) return;
    const current = new UserSealsService({ TESSERA_SECRET, TESSERA_SECRET_PREVIOUS: [] });
    // A new signature would make a row genuine that the service did not write.
    const genuine = (await this.users.list()).filter((user) => this.users.isGenuine(user));
    for (let from = 0; from < genuine.length; from += AT_ONCE) {
      const renewed = await Promise.all(genuine.slice(from, from + AT_ONCE).map((user) => this.renew(user)));
      await this.rows.replace(renewed.filter((row) => row.isNew || !current.isGenuine(row.user)));
    }
  }

  private async renew(user: User): Promise<Renewed & { readonly isNew: boolean }> {
    const passwordHash = this.pepper.renew(user.passwordHash);
    const totpSecret = await this.totp.renew(user);
    const isNew = passwordHash !== user.passwordHash || totpSecret !== user.totpSecret;
    return { user, passwordHash, totpSecret, isNew };
  }
}

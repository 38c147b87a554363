import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { SERVICE } from '../kernel/origin.js';
import { UsersService } from './users.service.js';

/** Makes an administrator when the service starts on a database that has none, so that somebody can sign in. */
@Injectable()
export class FirstAdministrator implements OnModuleInit {
  private readonly logger = new Logger(FirstAdministrator.name);

  constructor(
    private readonly users: UsersService,
    private readonly settings: Settings,
  ) {}

  async onModuleInit(): Promise<void> {
    if (await this.users.hasAdministrator()) return;
    const email = this.settings.ADMIN_EMAIL;
    const password = this.settings.ADMIN_PASSWORD ?? randomBytes(18).toString('base64url');
    const made = await this.users.addIfAbsent({ email, password, isAdministrator: true }, SERVICE);
    if (!made) {
      if (!(await this.users.hasAdministrator()))
        this.logger.warn(`No enabled user is an administrator, not even ${email}.`);
    } else if (this.settings.ADMIN_PASSWORD === undefined) {
      // Not through the logger: a log is kept and shipped, and this is for the eyes of whoever started the service.
      process.stderr.write(
        `\nThe first administrator was made:\n  e-mail    ${email}\n  password  ${password}\nThis password is shown only now.\n\n`,
      );
    }
  }
}

import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { SettingsError } from '../config/settings-error.js';
import { commandName } from '../kernel/command-name.js';
import { SERVICE } from '../kernel/origin.js';
import { FirstPasswordFile } from './first-password.js';
import { GenuineUsersService } from './genuine-users.service.js';
import { passwordFault } from './password-rules.js';
import { UsersService, type NewUser } from './users.service.js';

/**
 * Creates an administrator when the service starts on a database without one. A random password is written to a file, never to the log. On
 * PostgreSQL it must be changed before the first sign-in, because others may reach a service on PostgreSQL.
 */
@Injectable()
export class FirstAdministratorService implements OnModuleInit {
  private readonly logger = new Logger(FirstAdministratorService.name);
  private readonly file: FirstPasswordFile;

  constructor(
    private readonly users: UsersService,
    private readonly genuine: GenuineUsersService,
    private readonly settings: Settings,
  ) {
    this.file = new FirstPasswordFile(settings.DATA_DIR);
  }

  /** @throws SettingsError when ADMIN_PASSWORD is too common, or a random password is needed but its file cannot be written */
  async onModuleInit(): Promise<void> {
    const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = this.settings;
    await this.deleteChangedPassword();
    if (await this.users.hasAdministrator()) {
      if (password !== undefined)
        this.logger.log(
          'ADMIN_PASSWORD was not used: the database has an administrator already. ' +
            'The command "users change E-MAIL --password" changes a password.',
        );
      return;
    }
    const fault = password === undefined ? undefined : passwordFault(password);
    if (fault !== undefined) throw new SettingsError([`ADMIN_PASSWORD: ${fault}`]);
    const isMade = await (password === undefined ? this.addWithRandomPassword(email) : this.add({ email, password }));
    if (!isMade && !(await this.users.hasAdministrator()))
      this.logger.warn(`No enabled user is an administrator, not even ${email}.`);
  }

  private add(user: NewUser): Promise<boolean> {
    return this.users.addIfAbsent({ ...user, isAdministrator: true }, SERVICE);
  }

  private async addWithRandomPassword(email: string): Promise<boolean> {
    const password = randomBytes(18).toString('base64url');
    const mustResetPassword = this.settings.DATABASE_URL !== undefined;
    const draft = this.draft(email, password);
    try {
      const isMade = await this.add({ email, password, mustResetPassword });
      if (isMade) {
        draft.keep();
        this.announce(email, mustResetPassword);
      }
      return isMade;
    } finally {
      draft.discard();
    }
  }

  private draft(email: string, password: string): ReturnType<FirstPasswordFile['draft']> {
    try {
      return this.file.draft({ email, password });
    } catch (error) {
      throw new SettingsError([
        `ADMIN_PASSWORD: expected a password, since the database has no administrator yet and a random one ` +
          `cannot be kept in ${this.file.path} (${(error as Error).message})`,
      ]);
    }
  }

  private announce(email: string, mustResetPassword: boolean): void {
    const change = `${commandName()} users change ${email} --password`;
    // This is for the person who started the service, so it is not written to the log.
    process.stderr.write(
      `\nThe first administrator was made:\n  e-mail    ${email}\n  password  in the file ${this.file.path}\n` +
        (mustResetPassword
          ? `Change the password before the first sign-in, which is refused until then:\n  ${change}\n`
          : `To change the password, stop the service and run:\n  ${change}\n`) +
        `The next start after the change deletes the file.\n\n`,
    );
  }

  /** Deletes the file when its password is no longer valid. */
  private async deleteChangedPassword(): Promise<void> {
    const first = this.file.read();
    if (!first) return;
    const user = await this.genuine.find(first.email);
    if (await this.genuine.isPassword(user, first.password)) return;
    try {
      this.file.delete();
    } catch (error) {
      this.logger.warn(
        `The password in ${this.file.path} was changed, but the file stays: ${(error as Error).message}`,
      );
    }
  }
}

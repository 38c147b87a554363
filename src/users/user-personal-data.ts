import { Injectable } from '@nestjs/common';
import { formatDateTime } from '../kernel/date-time.js';
import { PersonalData } from '../plug-ins/personal-data.js';
import { RecoveryCodesService } from './recovery-codes.service.js';
import { UsersRepository } from './users.repository.js';

/** The record of a user, and what the service stores of the password and the second factor, without secrets. */
@Injectable()
export class UserPersonalData extends PersonalData {
  readonly name = 'User';

  constructor(
    private readonly users: UsersRepository,
    private readonly codes: RecoveryCodesService,
  ) {
    super();
  }

  async *stored(email: string): AsyncGenerator<object> {
    const user = await this.users.find(email);
    if (!user) return;
    const { id: Id, uniqueId: UniqueId, fullName: FullName, systemId: SystemId, updatedBy: UpdatedBy } = user;
    const { enabled: Active, isAdministrator: IsAdmin, roles: Roles, mustResetPassword: MustResetPassword } = user;
    yield {
      ...{ Id, UniqueId, Email: user.email, FullName, Active, IsAdmin, Roles, MustResetPassword },
      ...{ HasSecondFactor: user.totpSecret !== null, RecoveryCodesLeft: await this.codes.left(email), SystemId },
      ...{ CreatedOn: formatDateTime(user.createdOn), UpdatedOn: formatDateTime(user.updatedOn), UpdatedBy },
    };
  }

  /** Nothing is left: the act that begins an erasure deletes the user. */
  erase(): Promise<number> {
    return Promise.resolve(0);
  }
}

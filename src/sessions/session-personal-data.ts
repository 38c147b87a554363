import { Injectable } from '@nestjs/common';
import { formatDateTime } from '../kernel/date-time.js';
import { deviceOf } from '../kernel/device.js';
import { PersonalData } from '../plug-ins/personal-data.js';
import { SessionsRepository } from './sessions.repository.js';

/** The sessions of a user, with their devices. */
@Injectable()
export class SessionPersonalData extends PersonalData {
  readonly name = 'Sessions';

  constructor(private readonly sessions: SessionsRepository) {
    super();
  }

  async *stored(email: string): AsyncGenerator<object> {
    for (const session of await this.sessions.list({ subject: email })) {
      const { lastRedeemedOn, lastUserAgent: LastUserAgent, lastRequestId: LastRequestId } = session;
      const { uniqueId: UniqueId, clientId: ClientId, amr: AuthenticationMethods, deviceName: DeviceName } = session;
      yield {
        ...{ UniqueId, ClientId, AuthenticationMethods, DeviceName, Device: deviceOf(LastUserAgent) },
        ...{ FirstAddress: session.firstAddress, LastAddress: session.lastAddress, LastUserAgent, LastRequestId },
        LastRedeemedOn: lastRedeemedOn && formatDateTime(lastRedeemedOn),
        SignedInOn: formatDateTime(session.authTime),
        CreatedOn: formatDateTime(session.createdOn),
        ExpiresOn: formatDateTime(session.expiresOn),
      };
    }
  }

  /** Nothing is left: the act that begins an erasure ends the sessions, and no sign-in of a deleted user begins another. */
  erase(): Promise<number> {
    return Promise.resolve(0);
  }
}

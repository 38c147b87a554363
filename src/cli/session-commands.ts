import type { Command } from 'commander';
import { formatDateTime } from '../kernel/date-time.js';
import { deviceOf } from '../kernel/device.js';
import type { ListedSession } from '../sessions/session.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { formatTable } from './format-table.js';
import { say } from './operator.js';
import { addSessionEndCommand } from './session-end-command.js';
import { withApplication } from './with-application.js';

interface SessionOptions {
  readonly subject: string;
  readonly client?: string;
  readonly json?: true;
}

/** `sessions list` and `end`. */
export function addSessionCommands(program: Command): void {
  const sessions = program.command('sessions').description('Sessions: who is signed in, and at which client.');
  sessions
    .command('list')
    .description('List the sessions of a user.')
    .requiredOption('--subject <email>', 'the user')
    .option('--client <id>', 'only sessions at this client')
    .option('--json', 'as JSON')
    .action(list);
  addSessionEndCommand(sessions);
}

function list({ subject, client, json }: SessionOptions): Promise<void> {
  return withApplication(async (app) => {
    const sessions = (await app.get(SessionsService).list({ subject, clientId: client })).map(asJson);
    say(json ? JSON.stringify(sessions, null, 2) : formatTable(sessions));
  });
}

function asJson({ id, uniqueId, clientId, createdOn, authTime, rotatedOn, expiresOn, ...last }: ListedSession) {
  const time = (instant: Date | null): string | null => (instant ? formatDateTime(instant) : null);
  return {
    id,
    session: uniqueId,
    client: clientId,
    created: time(createdOn),
    signedIn: time(authTime),
    refreshed: time(rotatedOn),
    expires: time(expiresOn),
    redeemed: time(last.lastRedeemedOn),
    how: last.amr.join(' '),
    deviceName: last.deviceName,
    device: deviceOf(last.lastUserAgent),
    firstAddress: last.firstAddress,
    address: last.lastAddress,
    userAgent: last.lastUserAgent,
    request: last.lastRequestId,
  };
}

import type { Command } from 'commander';
import { formatDateTime } from '../kernel/date-time.js';
import { deviceOf } from '../kernel/device.js';
import { escaped } from '../kernel/text.js';
import { endView, type EndOfRequest } from '../sessions/ended-session.js';
import { EndsOfRequestService } from '../sessions/ends-of-request.service.js';
import type { ListedSession } from '../sessions/session.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { formatTable } from './format-table.js';
import { say } from './operator.js';
import { addSessionEndCommand } from './session-end-command.js';
import { withApplication } from './with-application.js';
import { writeLines } from './write-lines.js';

interface SessionOptions {
  readonly subject: string;
  readonly client?: string;
  readonly json?: true;
}

/** `sessions list`, `end` and `ended`. */
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
  sessions
    .command('ended')
    .description('Write the sessions that a request or a command ended to stdout, one JSON object per line.')
    .argument('<request-id>', 'the X-Request-Id of the request, or what `sessions end` printed')
    .action(exportEnded);
}

function list({ subject, client, json }: SessionOptions): Promise<void> {
  return withApplication(async (app) => {
    const sessions = (await app.get(SessionsService).list({ subject, clientId: client })).map(asJson);
    say(json ? JSON.stringify(sessions, null, 2) : formatTable(sessions));
  });
}

function exportEnded(requestId: string): Promise<void> {
  return withApplication((app) => writeLines(linesOf(app.get(EndsOfRequestService).pages(requestId))));
}

async function* linesOf(pages: AsyncIterable<readonly EndOfRequest[]>): AsyncGenerator<string> {
  for await (const ends of pages) yield ends.map((end) => `${escaped(JSON.stringify(endView(end)))}\n`).join('');
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

import type { INestApplicationContext } from '@nestjs/common';
import { Option, type Command } from 'commander';
import { AppError } from '../kernel/app-error.js';
import { formatDateTime } from '../kernel/date-time.js';
import { SessionEndingsService } from '../sessions/session-endings.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { counted } from './counted.js';
import { endFromTrail } from './end-from-trail.js';
import { formatTable } from './format-table.js';
import { OPERATOR, say } from './operator.js';
import { Progress } from './progress.js';
import { withApplication } from './with-application.js';

interface EndOptions {
  readonly subject?: string;
  readonly client?: string;
  readonly fromTrail?: string;
  readonly all?: true;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

/** `sessions end`. */
export function addSessionEndCommand(sessions: Command): void {
  sessions
    .command('end')
    .description('End sessions: of a user, those that an audit trail names, or all. Their tokens are dead immediately.')
    .addOption(new Option('--subject <email>', 'those of this user').conflicts(['fromTrail', 'all']))
    .addOption(new Option('--client <id>', 'of this user at this client only').conflicts(['fromTrail', 'all']))
    .addOption(
      new Option('--from-trail <file>', 'those whose end an exported audit trail names; - is stdin').conflicts('all'),
    )
    .option('--all', 'every session: all users sign in again')
    .option('--yes', 'that every session is meant')
    .option('--dry-run', 'say which sessions would be ended, and end none')
    .option('--json', 'as JSON')
    .action(end);
}

async function end({ subject, client, fromTrail, all, ...options }: EndOptions): Promise<void> {
  if (subject !== undefined) await withApplication((app) => endOfUser(app, { subject, clientId: client }, options));
  else if (fromTrail !== undefined) await endFromTrail(fromTrail, options);
  else if (!all) throw new AppError('no_sessions', 400, 'Name the sessions to end: --subject, --from-trail or --all.');
  else if (!options.yes && !options.dryRun)
    throw new AppError('not_confirmed', 400, 'All users would have to sign in again. Confirm with --yes.');
  else await withApplication((app) => endEvery(app, options));
}

async function endOfUser(
  app: INestApplicationContext,
  of: { subject: string; clientId: string | undefined },
  { dryRun, json }: EndOptions,
): Promise<void> {
  const sessions = app.get(SessionsService);
  if (dryRun) {
    const found = await sessions.list(of);
    if (json) say(JSON.stringify({ wouldEnd: found.length }));
    else {
      const rows = found.map(({ uniqueId, clientId, authTime }) => ({
        session: uniqueId,
        client: clientId,
        signedIn: formatDateTime(authTime),
      }));
      say(`${formatTable(rows)}\nWould end ${counted(found.length)}.`);
    }
    return;
  }
  const ended = await sessions.endAll(of, { reason: 'ended-by-operator', actor: OPERATOR });
  say(json ? JSON.stringify({ ended }) : `Ended ${counted(ended)}.`);
}

async function endEvery(app: INestApplicationContext, { dryRun, json }: EndOptions): Promise<void> {
  const endings = app.get(SessionEndingsService);
  const count = await endings.count();
  if (dryRun) {
    say(json ? JSON.stringify({ wouldEnd: count }) : `Would end ${counted(count)}.`);
    return;
  }
  const progress = new Progress('Ending sessions', count);
  let ended = 0;
  try {
    for await (const some of endings.endEvery({ reason: 'ended-by-operator', actor: OPERATOR })) {
      ended += some;
      progress.advance(some);
    }
  } finally {
    progress.stop();
  }
  say(json ? JSON.stringify({ ended }) : `Ended ${counted(ended)}.`);
}

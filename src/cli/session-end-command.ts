import type { INestApplicationContext } from '@nestjs/common';
import { Option, type Command } from 'commander';
import { v7 as uuid } from 'uuid';
import { AppError } from '../kernel/app-error.js';
import { formatDateTime } from '../kernel/date-time.js';
import type { Scope } from '../sessions/cutoffs.repository.js';
import { CutoffsService } from '../sessions/cutoffs.service.js';
import { SessionEndingsService, type Ending } from '../sessions/session-endings.service.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { counted } from './counted.js';
import { endFromTrail } from './end-from-trail.js';
import { formatTable } from './format-table.js';
import { OPERATOR, say } from './operator.js';
import { Progress } from './progress.js';
import { readTime } from './read-time.js';
import { withApplication } from './with-application.js';

interface EndOptions {
  readonly subject?: string;
  readonly client?: string;
  readonly issuedBefore?: Date;
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
    .description(
      'End sessions: of a user, of a client, of earlier sign-ins, those that an audit trail names, or all. Their tokens become invalid immediately.',
    )
    .addOption(new Option('--subject <email>', 'end the sessions of this user').conflicts(['fromTrail', 'all']))
    .addOption(
      new Option('--client <id>', 'end the sessions at this client; with --subject, only those of the user').conflicts([
        'fromTrail',
        'all',
      ]),
    )
    .addOption(
      new Option(
        '--issued-before <time>',
        'end only sessions of sign-ins before this time, such as 2030-01-31T12:00:00Z',
      )
        .conflicts(['fromTrail', 'all'])
        .argParser(readTime),
    )
    .addOption(
      new Option(
        '--from-trail <file>',
        'end the sessions whose end an exported audit trail names; - means stdin',
      ).conflicts('all'),
    )
    .option('--all', 'end all sessions: all users must sign in again')
    .option('--yes', 'confirm --all')
    .option('--dry-run', 'print which sessions would be ended, but end none')
    .option('--json', 'as JSON')
    .action(end);
}

async function end({ subject, client, issuedBefore, fromTrail, all, ...options }: EndOptions): Promise<void> {
  const scope = { subject, clientId: client, issuedBefore };
  if (issuedBefore ?? (subject === undefined && client !== undefined))
    await withApplication((app) => endScope(app, scope, options));
  else if (subject !== undefined)
    await withApplication((app) => endOfUser(app, { subject, clientId: client }, options));
  else if (fromTrail !== undefined) await endFromTrail(fromTrail, options);
  else if (!all)
    throw new AppError(
      'no_sessions',
      400,
      'Name the sessions to end: --subject, --client, --issued-before, --from-trail or --all.',
    );
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
  const { requestId, ending } = newEnding();
  const ended = await sessions.endAll(of, ending);
  report({ ended, requestId }, json);
}

/** Ends the sessions of a scope by a cutoff. The job `cut-sessions` of the service deletes their records. */
async function endScope(app: INestApplicationContext, scope: Scope, { dryRun, json }: EndOptions): Promise<void> {
  const cutoffs = app.get(CutoffsService);
  if (dryRun) {
    const count = await cutoffs.count(scope);
    say(json ? JSON.stringify({ wouldEnd: count }) : `Would end ${counted(count)}.`);
    return;
  }
  const { requestId, ending } = newEnding();
  report({ ...(await cutoffs.end(scope, ending)), requestId }, json);
}

async function endEvery(app: INestApplicationContext, { dryRun, json }: EndOptions): Promise<void> {
  const endings = app.get(SessionEndingsService);
  const count = await endings.count();
  if (dryRun) {
    say(json ? JSON.stringify({ wouldEnd: count }) : `Would end ${counted(count)}.`);
    return;
  }
  // From now on no token is accepted, also while the records go batch by batch.
  const { requestId, ending } = newEnding();
  await app.get(CutoffsService).end({}, ending);
  const progress = new Progress('Ending sessions', count);
  let ended = 0;
  try {
    for await (const some of endings.endEvery(ending)) {
      ended += some;
      progress.advance(some);
    }
  } finally {
    progress.stop();
  }
  report({ ended, requestId }, json);
}

/** An end by the operator. Its request id is in the events, so that `sessions ended` finds the sessions. */
function newEnding(): { requestId: string; ending: Ending } {
  const requestId = uuid();
  const actor = { ...OPERATOR, origin: { ...OPERATOR.origin, requestId } };
  return { requestId, ending: { reason: 'ended-by-operator', actor } };
}

function report(result: { ended: number; isEstimated?: boolean; requestId: string }, json: true | undefined): void {
  const { ended, isEstimated, requestId } = result;
  if (json) say(JSON.stringify(result));
  else say(`Ended ${isEstimated ? 'about ' : ''}${counted(ended)}. To list which: sessions ended ${requestId}`);
}

import type { Command } from 'commander';
import { AppError } from '../kernel/app-error.js';
import { escapedLines } from '../kernel/text.js';
import { ErasuresService } from '../user-records/erasures.service.js';
import { PersonalDataService } from '../user-records/personal-data.service.js';
import { OPERATOR, say } from './operator.js';
import { writeLines } from './write-lines.js';
import { withApplication } from './with-application.js';

/** `users export` and `erase`. */
export function addPersonCommands(users: Command): void {
  users
    .command('export <email>')
    .description('Write everything that is stored about a person to stdout, as JSON.')
    .action(exportPerson);
  users
    .command('erase <email>')
    .description(
      'Erase a person for good: the user, all sessions, and the name, the addresses and the user agents in the audit trail.',
    )
    .option('--yes', 'confirm')
    .option('--json', 'as JSON')
    .action(erase);
}

function exportPerson(email: string): Promise<void> {
  return withApplication(async (app) => {
    await writeLines(escapedParts(await app.get(PersonalDataService).export(email, OPERATOR)));
  });
}

async function* escapedParts(parts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const part of parts) yield escapedLines(part);
}

function erase(email: string, { yes, json }: { yes?: true; json?: true }): Promise<void> {
  if (!yes) throw new AppError('not_confirmed', 400, `${email} would be erased for good. Confirm with --yes.`);
  return withApplication(async (app) => {
    const { pseudonym, changed } = await app.get(ErasuresService).erase(email, OPERATOR);
    const counts = Object.entries(changed).filter(([, count]) => count > 0);
    const what = counts.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
    say(json ? JSON.stringify({ pseudonym, changed }) : `Erased ${email}: now ${pseudonym}. Changed rows: ${what}.`);
  });
}

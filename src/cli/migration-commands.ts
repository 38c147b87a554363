import { InvalidArgumentError, type Command } from 'commander';
import { DataSource } from 'typeorm';
import { revertLatest } from '../database/migrate.js';
import { AppError } from '../kernel/app-error.js';
import { say } from './operator.js';
import { withApplication } from './with-application.js';

/** `migrations run` and `revert`. */
export function addMigrationCommands(program: Command): void {
  const migrations = program.command('migrations').description('The schema of the database.');
  migrations
    .command('run')
    .description('Bring the schema up to date, as the service does when it starts.')
    .action(() =>
      withApplication(async () => {
        say('The schema is up to date.');
        return Promise.resolve();
      }),
    );
  migrations
    .command('revert')
    .description('Revert the latest migrations. Every process of this version that starts later applies them again.')
    .argument('[count]', 'how many', numberOf, 1)
    .action((count: number) =>
      withApplication(async (app) => {
        for (let n = 0; n < count; n++) {
          const name = await revertLatest(app.get(DataSource));
          if (!name) throw new AppError('no_migration', 404, 'There is no migration to revert.');
          say(`Reverted ${name}.`);
        }
      }),
    );
}

function numberOf(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 99.');
  return Number(text);
}

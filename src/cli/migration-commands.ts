import { InvalidArgumentError, type Command } from 'commander';
import { DataSource } from 'typeorm';
import { revertLatest } from '../database/migrate.js';
import { AppError } from '../kernel/app-error.js';
import { writeMigration } from './migration-file.js';
import { say } from './operator.js';
import { withApplication } from './with-application.js';

/** `migrations run`, `revert` and `generate`. */
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
  migrations
    .command('generate')
    .description('Write a migration of what the database lacks of the declared resources. Read it before you use it.')
    .argument('<name>', 'what it does, such as create-coupons')
    .option('--folder <folder>', 'where the file goes', '.')
    .action((name: string, { folder }: { folder: string }) =>
      withApplication(async (app) => {
        const file = await writeMigration(app.get(DataSource), name, folder);
        say(
          file === undefined ? 'The database has what the resources declare: nothing was written.' : `Wrote ${file}.`,
        );
      }),
    );
}

function numberOf(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 to 99.');
  return Number(text);
}

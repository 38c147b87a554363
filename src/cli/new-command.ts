import type { Command } from 'commander';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { AppError } from '../kernel/app-error.js';
import { nextTimestamp } from './migration-file.js';
import { moduleNames } from './new-module/module-names.js';
import { packageFiles } from './new-module/package-files.js';
import { sourceFiles } from './new-module/source-files.js';
import { say } from './operator.js';

/** Where this package is: a clone, or installed. */
const ROOT = join(import.meta.dirname, '../..');

interface Options {
  readonly resource?: string;
  readonly package?: string;
}

/** `new`. It needs neither the settings nor a database. */
export function addNewCommand(program: Command, version: string): void {
  program
    .command('new')
    .description('Write a package with a module: a resource, its migration and its tests.')
    .argument('<folder>', 'a new folder, whose name is that of the package, such as gift-coupons')
    .option('--resource <name>', 'the resource, such as GiftCoupon (default: the name of the package, in the singular)')
    .option('--package <file>', `the packed service (default: tessera-${version}.tgz here, or in the clone)`)
    .action(async (folder: string, options: Options) => {
      await write(resolve(folder), options, `tessera-${version}.tgz`);
      say(`Wrote the module to ${folder}. Go on there: npm install && npm test`);
    });
}

/** @throws AppError 400 for a bad name, a folder with files or without access, or a missing package */
async function write(folder: string, options: Options, archive: string): Promise<void> {
  const names = moduleNames(basename(folder), options.resource);
  demandEmpty(folder);
  const tessera = `file:${relative(folder, packageAt(options.package, archive)).replaceAll('\\', '/')}`;
  const time = nextTimestamp(await migrationsOfService());
  for (const [file, text] of Object.entries({ ...packageFiles(names, tessera), ...sourceFiles(names, time) })) {
    const path = join(folder, file);
    attempt(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { flag: 'wx' });
    });
  }
}

/** The names of the service's own migrations, which run first: a later timestamp runs later. */
async function migrationsOfService(): Promise<string[]> {
  await import('../app.module.js');
  const { DatabaseModule } = await import('../database/database.module.js');
  return DatabaseModule.migrationNames();
}

function demandEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  const [first] = attempt(folder, () => readdirSync(folder));
  if (first !== undefined)
    throw new AppError('bad_file', 400, `The folder ${folder} is not empty: it has ${first}. Name a new folder.`);
}

function packageAt(named: string | undefined, archive: string): string {
  const candidates = named === undefined ? [archive, join(ROOT, archive)] : [named];
  const found = candidates.find((file) => existsSync(file));
  if (found !== undefined) return resolve(found);
  throw new AppError(
    'bad_file',
    400,
    named === undefined
      ? `There is no ${archive} here: make it in a clone by "npm pack", and name it with --package.`
      : `There is no file ${named}.`,
  );
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new AppError('bad_file', 400, `${path} cannot be written: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

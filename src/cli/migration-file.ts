import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { schemaDifferences } from '../database/schema-differences.js';
import { AppError } from '../kernel/app-error.js';

const NAME = /^[a-z][a-z\d]*(-[a-z\d]+)*$/;

/**
 * Writes a migration of what the database lacks of the declared resources and other entities, and returns its path; undefined when nothing is
 * missing. Its timestamp is later than those of all migrations that the application knows.
 * @throws AppError for a name that is no name of a file, and when the file cannot be written
 */
export async function writeMigration(
  dataSource: DataSource,
  name: string,
  folder: string,
): Promise<string | undefined> {
  if (!NAME.test(name))
    throw new AppError(
      'bad_file',
      400,
      `The name "${name}" must be lower case words with hyphens, such as create-coupons.`,
    );
  const { up, down } = await schemaDifferences(dataSource);
  if (up.length === 0) return undefined;
  const timestamp = nextTimestamp(dataSource.migrations.map((migration) => migration.constructor.name));
  const file = join(folder, `${timestamp}-${name}.ts`);
  try {
    writeFileSync(file, sourceOf(`${pascal(name)}${timestamp}`, up, down), { flag: 'wx' });
  } catch (error) {
    throw new AppError(
      'bad_file',
      400,
      `The file ${file} cannot be written: ${(error as NodeJS.ErrnoException).code}.`,
    );
  }
  return file;
}

/** A timestamp for a new migration, in milliseconds: now, or later than those at the ends of these names. */
export function nextTimestamp(names: readonly string[]): number {
  const known = names.map((name) => Number(/\d+$/.exec(name)?.[0] ?? 0));
  return Math.max(Date.now(), ...known.map((other) => other + 1));
}

function sourceOf(className: string, up: readonly string[], down: readonly string[]): string {
  const body = (statements: readonly string[]): string =>
    statements.map((sql) => `    await runner.query(${JSON.stringify(sql)});`).join('\n');
  return `import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ${className} implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
${body(up)}
  }

  async down(runner: QueryRunner): Promise<void> {
${body(down)}
  }
}
`;
}

function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase());
}

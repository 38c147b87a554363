import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { transform } from '@swc/core';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DataSource, type MigrationInterface } from 'typeorm';
import { runCli } from '../support/cli.js';
import { deleteData, newData, settingsOf } from '../support/data.js';

/** The application with modules of a team's, in this process and without HTTP, as a command has it. */
async function start(): Promise<{ app: INestApplicationContext; dataDir: string }> {
  const dataDir = await newData();
  Object.assign(process.env, settingsOf(dataDir));
  const { AppModule } = await import('../../src/app.module.js');
  const { Settings } = await import('../../src/config/settings.js');
  const { VouchersModule } = await import('../support/vouchers/vouchers.module.js');
  const app = await NestFactory.createApplicationContext(AppModule.with(Settings.load(), [VouchersModule]), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  return { app, dataDir };
}

let app: INestApplicationContext;
let dataDir: string;
let dataSource: DataSource;
const folder = mkdtempSync(join(tmpdir(), 'migrations-'));
beforeAll(async () => {
  ({ app, dataDir } = await start());
  dataSource = app.get(DataSource);
});
afterAll(async () => {
  await app.close();
  await deleteData(dataDir);
  rmSync(folder, { recursive: true });
});

const generate = async (name: string): Promise<string | undefined> =>
  (await import('../../src/cli/migration-file.js')).writeMigration(dataSource, name, folder);
const tables = async (): Promise<string[]> => {
  const rows = await dataSource.query<{ name: string }[]>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_name IN ('coupons', 'vouchers') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

describe('migrations generate', () => {
  it('writes nothing when the migrations of the resources made what they declare', async () => {
    expect(await generate('nothing')).toBeUndefined();
  });

  it('writes a migration of what is missing, which can be run and reverted', async () => {
    await dataSource.query('DROP TABLE vouchers, coupons');
    const file = (await generate('create-resources')) ?? '';
    expect(basename(file)).toMatch(/^\d{13}-create-resources\.ts$/);
    const { code } = await transform(readFileSync(file, 'utf8'), {
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as Record<
      string,
      new () => MigrationInterface
    >;
    const [[name, Migration] = ['', undefined]] = Object.entries(module);
    expect(name).toBe(`CreateResources${basename(file).slice(0, 13)}`);
    const known = dataSource.migrations.map((migration) => Number(migration.constructor.name.slice(-13)));
    expect(Number(name.slice(-13))).toBeGreaterThan(Math.max(...known));
    const run = async (way: 'up' | 'down'): Promise<void> => {
      // The embedded database has one connection.
      const runner = dataSource.createQueryRunner();
      await (Migration && new Migration())?.[way](runner);
      await runner.release();
    };
    await run('up');
    expect(await tables()).toEqual(['coupons', 'vouchers']);
    expect(await generate('nothing')).toBeUndefined();
    await run('down');
    expect(await tables()).toEqual([]);
    await run('up');
  });

  it('writes the column of a member that was added', async () => {
    await dataSource.query('ALTER TABLE vouchers DROP COLUMN note');
    const source = readFileSync((await generate('add-note')) ?? '', 'utf8');
    expect(source).toContain(`ALTER TABLE \\"vouchers\\" ADD \\"note\\" text COLLATE \\"C\\"`);
    await dataSource.query('ALTER TABLE vouchers ADD note text COLLATE "C"');
  });

  it('refuses names and folders that will not do', async () => {
    await expect(generate('Create Coupons')).rejects.toThrow('must be lower case words with hyphens');
    await dataSource.query('ALTER TABLE vouchers DROP COLUMN note');
    const { writeMigration } = await import('../../src/cli/migration-file.js');
    await expect(writeMigration(dataSource, 'add-note', join(folder, 'none'))).rejects.toThrow(
      'cannot be written: ENOENT.',
    );
  });

  it('is a command', async () => {
    const data = await newData();
    const { code, stdout } = await runCli(data, ['migrations', 'generate', 'nothing', '--folder', folder]);
    expect([code, stdout]).toEqual([0, 'The database has what the resources declare: nothing was written.\n']);
    await deleteData(data);
  });
});

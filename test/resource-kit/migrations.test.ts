import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { transform } from '@swc/core';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DataSource, type MigrationInterface } from 'typeorm';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { deleteData, newData, settingsOf } from '../support/data.js';
import { CACHE, QUICK_START } from '../support/fixtures.mjs';
import { compile, writeWhole } from '../support/compile.js';

/** The application with modules of a team's, in this process and without HTTP, as a command has it. */
async function start(): Promise<{ app: INestApplicationContext; dataDir: string }> {
  const dataDir = await newData();
  Object.assign(process.env, settingsOf(dataDir));
  const { AppModule } = await import('../../src/app.module.js');
  const { VouchersModule } = await import('../support/vouchers/vouchers.module.js');
  const { Settings } = await import('../../src/config/settings.js');
  const service = AppModule.with(Settings.load(), [VouchersModule]);
  const app = await NestFactory.createApplicationContext(service, {
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

  it('is a command, which knows the resources of a definition', async () => {
    await compile('partner-resource/partners.module.ts');
    const config = join(CACHE, 'programs/partners.config.js');
    await writeWhole(
      config,
      `import { defineTessera } from '../../../dist/tessera.js';
      import { PartnersModule } from '../partner-resource/partners.module.js';
      export default defineTessera({ modules: [PartnersModule] });`,
    );
    const data = await newData();
    const cli = join(import.meta.dirname, '../../dist/cli/main.js');
    const args = ['--config', config, 'migrations', 'generate', 'create-partners', '--folder', folder];
    const env = { PATH: process.env['PATH'], NODE_ENV: 'test', ...settingsOf(data) };
    const { stdout } = await promisify(execFile)(process.execPath, [...QUICK_START, cli, ...args], { env });
    const file = /^Wrote (.*)\.$/m.exec(stdout)?.[1] ?? '';
    const source = readFileSync(file, 'utf8');
    expect(source).toContain('CREATE TABLE \\"partners\\"');
    expect(source).toContain('DROP TABLE \\"partners\\"');
    expect(source.split('await runner.query').length - 1).toBe(6);
    await deleteData(data);
  });
});

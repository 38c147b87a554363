import { jest } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import { runCli, type CommandResult } from '../support/cli.js';
import { basic, basicOf, bearerOf, passwordOf, RESOURCE } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  ask,
  askLogin,
  disposeWithoutLeaks,
  events,
  expectRefused,
  introspect,
  isAlive,
  login,
  refresh,
  times,
} from '../support/sessions.js';

// Each step starts a process, which takes long on a busy machine.
jest.setTimeout(240_000);

/** Each test changes other users, until the last ones change all. */
let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

/** Runs the statements of an attacker who can write to the database. */
async function write(...statements: string[]): Promise<Record<string, string>[]> {
  await service.freeData();
  const rows = await runSql(service.dataDir, statements.join(';\n'));
  await service.resume();
  return rows;
}

const run = (...args: string[]): Promise<CommandResult> => runCli(service.dataDir, args);

const signIn = (username: string, password: string) => ask(service, { grant_type: 'password', username, password });
/** The password hashes of these users, in the order of their e-mail addresses. */
const storedHashes = async (...names: string[]): Promise<(string | undefined)[]> => {
  const emails = names.map((name) => `'${name}@example.com'`).join();
  const rows = await write(`SELECT password_hash AS hash FROM users WHERE email IN (${emails}) ORDER BY email`);
  return rows.map(({ hash: stored }) => stored);
};

describe('a user who was inserted directly into the database', () => {
  it('can neither sign in nor use Basic, without a MAC or with the MAC of another user', async () => {
    const columns = 'enabled, is_administrator, roles, must_reset_password, totp_secret';
    await write(
      `INSERT INTO users (email, password_hash, ${columns}, mac)
        SELECT 'copied@example.com', password_hash, ${columns}, mac FROM users WHERE email = 'admin@example.com'`,
      `INSERT INTO users (email, password_hash, ${columns})
        SELECT 'planted@example.com', password_hash, ${columns} FROM users WHERE email = 'admin@example.com'`,
    );
    for (const email of ['copied@example.com', 'planted@example.com']) {
      const { status, body } = await signIn(email, passwordOf('admin'));
      expect([status, body.error]).toEqual([400, 'invalid_grant']);
      expect((await service.client(basic(email, passwordOf('admin'))).get(RESOURCE)).status).toBe(401);
      expect((await events(service, { Kind: 'user-tampered', Subject: email })).length).toBe(1);
    }
    expect(service.log.match(/"level":40[^\n]*planted@example.com/g)).toHaveLength(1);
    expect((await askLogin(service, 'admin')).status).toBe(200);
  });
});

describe('a user who was changed directly in the database', () => {
  it('is refused at the bearer token and at Basic until an operator approves the change', async () => {
    const bearer = await bearerOf(service.client(), 'none');
    const other = await bearerOf(service.client(), 'list');
    const session = await login(service, 'none', 'phone');
    expect((await service.client(basicOf('none')).get(RESOURCE)).status).toBe(403);
    await write(`UPDATE users SET roles = '{RefreshToken-List}' WHERE email = 'none@example.com'`);
    expect((await service.client(bearer).get(RESOURCE)).status).toBe(401);
    expect((await service.client(basicOf('none')).get(RESOURCE)).status).toBe(401);
    expect((await askLogin(service, 'none')).status).toBe(400);
    expect((await introspect(service, session.refresh)).body.active).toBe(false);
    await expectRefused(service, session.refresh, 'phone');
    await expectRefused(service, session.refresh, 'phone');
    expect((await service.client(other).get(RESOURCE)).status).toBe(200);

    await service.freeData();
    expect((await run('users', 'list')).stdout).toMatch(/none@example\.com +tampered/);
    const granted = await run('users', 'grant', 'none@example.com', 'RefreshToken-Read');
    expect([granted.code, granted.stderr]).toEqual([1, expect.stringContaining('changed outside the service')]);
    const approved = await run('users', 'approve', 'none@example.com');
    expect([approved.code, approved.stdout]).toEqual([0, expect.stringContaining('RefreshToken-List')]);
    expect((await run('users', 'approve', 'none@example.com')).code).toBe(1);
    await service.resume();
    expect((await service.client(bearer).get(RESOURCE)).status).toBe(401);
    expect((await service.client(await bearerOf(service.client(), 'none')).get(RESOURCE)).status).toBe(200);
  });

  it('can be disabled without an approval, and is still refused when only that is undone', async () => {
    await service.freeData();
    await runSql(service.dataDir, `UPDATE users SET is_administrator = true WHERE email = 'delete@example.com'`);
    expect((await run('users', 'disable', 'delete@example.com')).code).toBe(0);
    await runSql(service.dataDir, `UPDATE users SET enabled = true WHERE email = 'delete@example.com'`);
    await service.resume();
    expect((await askLogin(service, 'delete')).status).toBe(400);
  });
});

describe('password hashes', () => {
  it('have a pepper: without the secret nobody can test passwords against them', async () => {
    const rows = await write(`SELECT password_hash AS hash FROM users`);
    expect(rows.length).toBeGreaterThan(5);
    for (const { hash: stored } of rows) expect(stored).toMatch(/^\$argon2id-peppered\$k=\d+,v=19\$/);
  });

  it('use normalized text, so that composed and decomposed letters are equal', async () => {
    const password = 'P\u00e4ssw\u00f6rter';
    await service.freeData();
    await runCli(
      service.dataDir,
      ['users', 'change', 'create@example.com', '--password'],
      `${password.normalize('NFD')}\n`,
    );
    await service.resume();
    for (const form of ['NFC', 'NFD']) {
      expect((await signIn('create@example.com', password.normalize(form))).status).toBe(200);
    }
  });

  it('of version 0.1 are adopted at the upgrade and get a pepper at the next sign-in; no session ends', async () => {
    const decomposed = 'A\u0308ltere Passwo\u0308rter';
    const before = await login(service, 'list', 'phone');
    await service.end();
    const [later] = await runSql(
      service.dataDir,
      `SELECT count(*)::text AS count FROM migrations WHERE timestamp >= 1796000004000`,
    );
    await runCli(service.dataDir, ['migrations', 'revert', later?.['count'] ?? '']);
    const [old] = await runSql(
      service.dataDir,
      `SELECT password_hash AS hash FROM users WHERE email = 'list@example.com'`,
    );
    expect(old?.['hash']).toMatch(/^\$argon2id\$v=19\$/);
    await runSql(
      service.dataDir,
      `UPDATE users SET password_hash = '${await hash(decomposed)}' WHERE email = 'none@example.com'`,
    );
    await service.resume();

    expect(await isAlive(service, before)).toBe(true);
    const crowd = await times(6, (n) => askLogin(service, 'list', `laptop-${n}`));
    expect(crowd.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    await times(3, async () => {
      expect((await service.client(basicOf('list')).get(RESOURCE)).status).toBe(200);
    });
    expect(await isAlive(service, await refresh(service, before, 'phone'))).toBe(true);
    expect((await signIn('none@example.com', decomposed)).status).toBe(200);
    expect((await signIn('none@example.com', decomposed.normalize('NFC'))).status).toBe(200);

    const [peppered, other] = await storedHashes('list', 'none');
    expect(peppered).toMatch(/^\$argon2id-peppered\$/);
    expect(peppered?.split('$')[4]).toBe(old?.['hash']?.split('$')[4]);
    expect(other).toMatch(/^\$argon2id-peppered\$/);
    expect(await isAlive(service, before)).toBe(true);
  });

  it('prevent a second adoption of users', async () => {
    await service.end();
    await runSql(
      service.dataDir,
      `UPDATE users SET mac = NULL;
        INSERT INTO users (email, password_hash, enabled, is_administrator, roles, must_reset_password)
          VALUES ('sown@example.com', '${await hash('a planted password')}', true, true, '{}', false);
        DELETE FROM migrations WHERE name LIKE 'AdoptUsers%'`,
    );
    await service.resume();
    expect((await signIn('sown@example.com', 'a planted password')).status).toBe(400);
    expect((await askLogin(service, 'admin')).status).toBe(400);
    await service.freeData();
    expect((await run('users', 'approve', 'admin@example.com')).code).toBe(0);
    await service.resume();
    expect((await askLogin(service, 'admin')).status).toBe(200);
  });
});

it('a user who was changed directly in the database is not accepted as the first administrator', async () => {
  await service.end();
  await runSql(
    service.dataDir,
    `DELETE FROM users WHERE email = 'admin@example.com'; UPDATE users SET is_administrator = true WHERE email = 'none@example.com'`,
  );
  await service.resume({ ADMIN_EMAIL: 'admin@example.com', ADMIN_PASSWORD: passwordOf('admin') });
  expect((await askLogin(service, 'admin')).status).toBe(200);
});

import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { basic, RESOURCE, type Answer } from '../support/client.js';
import { databaseUrl, newEmptyData } from '../support/data.js';
import { Service } from '../support/service.js';
import { ask } from '../support/sessions.js';

const EMAIL = 'admin@example.com';
const CHOSEN = 'chosen by the administrator';
const MUST_RESET = {
  error: 'must_reset_password',
  error_description: expect.any(String) as string,
  password_ticket: expect.any(String) as string,
};

const fileOf = ({ dataDir }: Service): string => join(dataDir, 'first-password');

function passwordIn(service: Service): string {
  const [, password] =
    /^e-mail {4}admin@example\.com\npassword {2}(\S{24})\n$/.exec(readFileSync(fileOf(service), 'utf8')) ?? [];
  if (password === undefined) throw new Error('The file holds no password.');
  return password;
}

function signIn(service: Service, password: string): Promise<Answer> {
  return ask(service, { grant_type: 'password', username: EMAIL, password });
}

describe('a random first password', () => {
  let service: Service;
  let isEmbedded: boolean;
  let password: string;

  beforeAll(async () => {
    const dataDir = await newEmptyData();
    isEmbedded = databaseUrl(dataDir) === undefined;
    service = await Service.startAloneOn(dataDir);
    password = passwordIn(service);
  });
  afterAll(() => service.dispose());

  it('is in a file that only the owner can read; the log has the path, never the password', () => {
    expect(service.log).toContain(`\n  password  in the file ${fileOf(service)}\n`);
    expect(service.log).not.toContain(password);
    if (process.platform !== 'win32') expect(statSync(fileOf(service)).mode & 0o777).toBe(0o600);
    expect(readdirSync(service.dataDir).filter((name) => name.startsWith('first-password'))).toEqual([
      'first-password',
    ]);
  });

  it('signs in on the embedded database; on PostgreSQL it must be changed first', async () => {
    const { status, body } = await signIn(service, password);
    if (isEmbedded) expect(status).toBe(200);
    else expect([status, body]).toEqual([400, MUST_RESET]);
    const search = await service.client(basic(EMAIL, password)).get(RESOURCE);
    expect(search.status).toBe(isEmbedded ? 200 : 401);
  });

  it('stays in its file while it is valid, across a restart', async () => {
    await service.end();
    await service.resume();
    expect(passwordIn(service)).toBe(password);
  });

  it('is deleted by the first start after its change; then only the new password signs in', async () => {
    await service.end();
    const changed = await runCli(service.dataDir, ['users', 'change', EMAIL, '--password'], CHOSEN);
    expect(changed).toMatchObject({ code: 0, stderr: '' });
    await service.resume();
    expect(existsSync(fileOf(service))).toBe(false);
    expect((await signIn(service, password)).status).toBe(400);
    expect((await signIn(service, CHOSEN)).status).toBe(200);
  });
});

describe('the first administrator', () => {
  let service: Service;
  afterAll(() => service.dispose());

  it('has the password of ADMIN_PASSWORD, in no file, and need not change it; a later start ignores the setting and logs that', async () => {
    service = await Service.startAloneOn(await newEmptyData(), { ADMIN_PASSWORD: CHOSEN });
    expect(existsSync(fileOf(service))).toBe(false);
    expect((await signIn(service, CHOSEN)).status).toBe(200);
    expect(service.log).not.toContain('ADMIN_PASSWORD');
    await service.end();
    await service.resume({ ADMIN_PASSWORD: 'another one' });
    expect((await signIn(service, 'another one')).status).toBe(400);
    const lines = service.log.split('\n').filter((line) => line.includes('ADMIN_PASSWORD'));
    expect(lines).toEqual([
      expect.stringContaining('ADMIN_PASSWORD was not used: the database has an administrator already.'),
    ]);
    expect(service.log).not.toContain('another one');
  });
});

import pg from 'pg';
import { v4 as uuid } from 'uuid';
import { runCli } from '../support/cli.js';
import { basicOf, create, RESOURCE } from '../support/client.js';
import { databaseUrl, newData } from '../support/data.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, isAlive, login, refresh, the } from '../support/sessions.js';

it('session settings of the role and of the URL do not affect the service', async () => {
  const dataDir = await newData();
  const url = new URL(the(databaseUrl(dataDir)));
  const role = `session_${uuid().replaceAll('-', '')}`;
  const database = new pg.Client({ connectionString: url.href });
  await database.connect();
  await database.query(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'secret'`);
  for (const setting of [
    `datestyle = 'SQL, DMY'`,
    `timezone = 'America/St_Johns'`,
    `client_encoding = 'SQL_ASCII'`,
    `default_transaction_isolation = 'repeatable read'`,
    `statement_timeout = '3s'`,
  ])
    await database.query(`ALTER ROLE ${role} SET ${setting}`);
  const search = '?options=-c%20extra_float_digits%3D-10%20-c%20bytea_output%3Descape';
  const own = Object.assign(new URL(url), { username: role, password: 'secret', search }).href;
  const service = await Service.startOn(dataDir, { DATABASE_URL: own, DATABASE_STATEMENT_TIMEOUT: '30' });
  const admin = service.client(basicOf('admin'));
  const tokens = await refresh(service, await login(service, 'all'));
  expect(await isAlive(service, tokens)).toBe(true);
  const id = await create(admin, { Subject: '松本@example.com' });
  const { body: record } = await admin.get(`${RESOURCE}/${id}`);
  expect(record.Subject).toBe('松本@example.com');
  expect(record.CreatedOn).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(Math.abs(Date.parse(record.CreatedOn as string) - Date.now())).toBeLessThan(600_000);
  for (const command of [
    ['jobs', 'run', 'audit-seal'],
    ['audit', 'verify'],
  ])
    expect(await runCli(dataDir, command, '', { DATABASE_URL: own })).toMatchObject({ code: 0 });
  // Longer than the role's statement timeout.
  await database.query('BEGIN');
  await database.query('LOCK TABLE refresh_tokens');
  const waiting = admin.get(`${RESOURCE}/${id}`);
  await new Promise((resolve) => setTimeout(resolve, 3_500));
  await database.query('ROLLBACK');
  expect((await waiting).status).toBe(200);
  await service.end();
  await database.query(`DROP ROLE ${role}`);
  await database.end();
  await disposeWithoutLeaks(service);
});

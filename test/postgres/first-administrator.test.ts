import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { newEmptyData, settingsOf } from '../support/data.js';
import { runMain } from '../support/run-main.js';
import { freePort, Service } from '../support/service.js';
import { ask } from '../support/sessions.js';

const EMAIL = 'admin@example.com';

it('processes that start together create one first administrator, and the file has the password of that administrator', async () => {
  const dataDir = await newEmptyData();
  const services = await Promise.all([1, 2, 3].map(() => Service.startAloneOn(dataDir)));
  const [first, ...others] = services as [Service, ...Service[]];
  const announced = services.filter(({ log }) => log.includes('The first administrator was made:'));
  expect(announced).toHaveLength(1);
  expect(readdirSync(dataDir).filter((name) => name.startsWith('first-password'))).toEqual(['first-password']);
  const [, password = ''] = /^password {2}(\S+)$/m.exec(readFileSync(join(dataDir, 'first-password'), 'utf8')) ?? [];
  const { body } = await ask(first, { grant_type: 'password', username: EMAIL, password });
  // A wrong password would be an invalid_grant.
  expect(body.error).toBe('must_reset_password');
  for (const other of others) await other.end();
  await first.dispose();
});

it('a start without ADMIN_PASSWORD fails when no file can keep a random password', async () => {
  const dataDir = await newEmptyData();
  // Nobody can write below a file, not even root.
  const settings = { ...settingsOf(dataDir), DATA_DIR: join(dataDir, 'secret'), PORT: String(await freePort()) };
  const { code, output } = await runMain({ ...settings, LOG_LEVEL: 'silent' });
  expect([code, output]).toEqual([
    1,
    expect.stringMatching(
      /^Bad settings:\n {2}ADMIN_PASSWORD: expected a password, since the database has no administrator yet and a random one cannot be kept in \S+ \(E[A-Z]+: .+\)\n$/,
    ),
  ]);
  const service = await Service.startAloneOn(dataDir, { ADMIN_PASSWORD: 'chosen by the operator' });
  const chosen = { grant_type: 'password', username: EMAIL, password: 'chosen by the operator' };
  expect((await ask(service, chosen)).status).toBe(200);
  await service.dispose();
});

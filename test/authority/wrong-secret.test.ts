import { deleteData, newData, settingsOf } from '../support/data.js';
import { runMain } from '../support/run-main.js';
import { freePort } from '../support/service.js';

it('a service with another secret than its database does not start, and says why', async () => {
  const dataDir = await newData();
  const { code, output } = await runMain({
    ...settingsOf(dataDir),
    PORT: String(await freePort()),
    TESSERA_SECRET: 'another secret than the one that the database was made under',
  });
  await deleteData(dataDir);
  expect(code).toBe(1);
  expect(output).toContain('TESSERA_SECRET: the signing keys in the database were sealed under another one');
});

import { newData } from '../support/data.js';
import { tryInterleavings } from '../support/interleavings.js';
import { RETRY_WINDOW } from '../support/judged-session.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks } from '../support/sessions.js';

// As in test/authority/judgement.test.ts, with two processes: one is stopped while tokens are superseded at the other.

const MILLISECONDS = 20_000;

let services: [Service, Service];
beforeAll(async () => {
  const dataDir = await newData();
  const settings = { PUBLIC_URL: 'https://tessera.example.com', REFRESH_RETRY_WINDOW: String(RETRY_WINDOW) };
  services = [await Service.startOn(dataDir, settings), await Service.startOn(dataDir, settings)];
});
afterAll(async () => {
  await services[1].end();
  await disposeWithoutLeaks(services[0]);
});

it('owners and thieves get the verdicts of the table, whichever process they reach', async () => {
  const weights = { present: 10, race: 4, hangUp: 4, use: 3, wait: 1, stall: 0 };
  expect(await tryInterleavings(services, { weights, lanes: 4, milliseconds: MILLISECONDS })).toBeGreaterThan(20);
}, 120_000);

it('a stopped process ends nothing because of refreshes at another process meanwhile, and excuses no earlier replay', async () => {
  const weights = { present: 8, race: 2, hangUp: 0, use: 2, wait: 1, stall: 10 };
  expect(await tryInterleavings(services, { weights, lanes: 1, milliseconds: MILLISECONDS })).toBeGreaterThan(10);
}, 120_000);

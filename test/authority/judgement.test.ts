import { tryInterleavings } from '../support/interleavings.js';
import { RETRY_WINDOW } from '../support/judged-session.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks } from '../support/sessions.js';

// Random interleavings of owners, thieves, disconnects and stalls, compared with a model of the verdicts on refresh tokens.

const MILLISECONDS = 20_000;

let service: Service;
beforeAll(async () => {
  service = await Service.start({ REFRESH_RETRY_WINDOW: String(RETRY_WINDOW), ACCESS_TOKEN_TTL: '3600' });
});
afterAll(() => disposeWithoutLeaks(service));

it('owners and thieves get the verdicts of the table in every interleaving, disconnects included', async () => {
  const weights = { present: 10, race: 4, hangUp: 4, use: 3, wait: 1, stall: 0 };
  expect(await tryInterleavings([service], { weights, lanes: 4, milliseconds: MILLISECONDS })).toBeGreaterThan(20);
}, 120_000);

it('a stalled process judges a token by the time when the request arrived', async () => {
  const weights = { present: 10, race: 2, hangUp: 0, use: 2, wait: 1, stall: 6 };
  expect(await tryInterleavings([service], { weights, lanes: 1, milliseconds: MILLISECONDS })).toBeGreaterThan(10);
}, 120_000);

import { tryInterleavings } from '../support/interleavings.js';
import { RETRY_WINDOW } from '../support/judged-session.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks } from '../support/sessions.js';

// Random interleavings of holders and thieves, of hang-ups and stalls, against a model of how refresh tokens are judged.

const MILLISECONDS = 20_000;

let service: Service;
beforeAll(async () => {
  service = await Service.start({ REFRESH_RETRY_WINDOW: String(RETRY_WINDOW), ACCESS_TOKEN_TTL: '3600' });
});
afterAll(() => disposeWithoutLeaks(service));

it('holders and thieves, however they interleave and hang up, get what the table of verdicts says', async () => {
  const weights = { present: 10, race: 4, hangUp: 4, use: 3, wait: 1, stall: 0 };
  expect(await tryInterleavings([service], { weights, lanes: 4, milliseconds: MILLISECONDS })).toBeGreaterThan(20);
}, 120_000);

it('a process that stands still judges a token by when its request arrived', async () => {
  const weights = { present: 10, race: 2, hangUp: 0, use: 2, wait: 1, stall: 6 };
  expect(await tryInterleavings([service], { weights, lanes: 1, milliseconds: MILLISECONDS })).toBeGreaterThan(10);
}, 120_000);

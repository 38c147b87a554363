import { startInProcess } from '../support/in-process.js';
import type { GuessLimitsService } from '../../src/users/guess-limits.service.js';
import type { LoginThrottleService } from '../../src/users/login-throttle.service.js';
import { times } from '../support/sessions.js';

/** So long that no block expires during a test. */
const LIMIT = { free: 5, seconds: 600, longest: 900 };
const AT_ONCE = 60;

let stop: () => Promise<void>;
let limits: GuessLimitsService;
let throttle: LoginThrottleService;
beforeAll(async () => {
  const started = await startInProcess();
  stop = started.stop;
  limits = started.app.get((await import('../../src/users/guess-limits.service.js')).GuessLimitsService, {
    strict: false,
  });
  throttle = started.app.get((await import('../../src/users/login-throttle.service.js')).LoginThrottleService, {
    strict: false,
  });
});
afterAll(() => stop());

const counter = (name: string, free = LIMIT.free) => ({ name, limit: { ...LIMIT, free } });
/** How many of these guesses the limits allow. */
async function allowed(guesses: Promise<unknown>[]): Promise<number> {
  const results = await Promise.allSettled(guesses);
  const refused = results
    .filter((result) => result.status === 'rejected')
    .map(({ reason }) => reason as { code?: string });
  expect(refused.filter(({ code }) => code !== 'too_many_attempts')).toEqual([]);
  return results.length - refused.length;
}

describe('guesses at the same moment', () => {
  it('are no more than the limit of their own counter allows', async () => {
    const own = counter('concurrent');
    expect(await allowed(Array.from({ length: AT_ONCE }, () => limits.reserve({ own })))).toBe(LIMIT.free + 1);
  });

  it('are no more than the limit of a shared counter allows; a refused guess counts nowhere', async () => {
    const shared = [counter('shared')];
    const reserve = (n: number) => limits.reserve({ own: counter(`of-one-${n}`), shared });
    expect(await allowed(Array.from({ length: AT_ONCE }, (_, n) => reserve(n)))).toBe(LIMIT.free + 1);
    // A refused guess leaves its own counter untouched: all free failures are left.
    const last = counter(`of-one-${AT_ONCE - 1}`);
    expect(await allowed(Array.from({ length: AT_ONCE }, () => limits.reserve({ own: last })))).toBe(LIMIT.free + 1);
  });

  it('leave every counter unchanged when they are given back', async () => {
    const guess = {
      own: counter('given-back'),
      shared: [counter('shared-given-back')],
      total: counter('total-given-back'),
    };
    for (let round = 0; round < 3; round++) {
      const reserved = await times(LIMIT.free + 1, () => limits.reserve(guess));
      await Promise.all(reserved.map((reservation) => limits.giveBack(reservation)));
    }
    expect(await allowed(Array.from({ length: AT_ONCE }, () => limits.reserve(guess)))).toBe(LIMIT.free + 1);
  });
});

describe('a correct guess', () => {
  it('resets its own counter, removes its block from the shared counters, and from then on is limited only by its own', async () => {
    const shared = [counter('shared-right')];
    const guess = { own: counter('right'), shared };
    for (let n = 0; n < LIMIT.free; n++) await limits.reserve({ own: counter(`wrong-${n}`), shared });
    await limits.settle(limits.settlementOf(await limits.reserve(guess)));
    // The shared counter has one free failure left. The next failure blocks strangers.
    await limits.reserve({ own: counter('stranger'), shared });
    await expect(limits.reserve({ own: counter('another'), shared })).rejects.toMatchObject({
      code: 'too_many_attempts',
    });
    expect(await allowed(Array.from({ length: AT_ONCE }, () => limits.reserve(guess)))).toBe(LIMIT.free + 1);
  });
});

describe('the failures of all addresses together', () => {
  it('block an address that failed itself, but no address that did not fail', async () => {
    const from = (n: number) => ({ own: counter(`address-${n}`), total: counter('total') });
    for (let n = 0; n <= LIMIT.free; n++) await limits.reserve(from(n));
    await expect(limits.reserve(from(0))).rejects.toMatchObject({ code: 'too_many_attempts' });
    await limits.reserve(from(100));
    await expect(limits.reserve(from(100))).rejects.toMatchObject({ code: 'too_many_attempts' });
  });
});

describe('an IPv6 network', () => {
  const guess = (n: number, address: string) => throttle.reserve(`nobody-${address}-${n}@example.com`, address);
  const hex = (n: number): string => n.toString(16);

  it.each([
    ['/64', 50, (n: number) => `2001:db8:1:1::${hex(n)}`],
    ['/56', 100, (n: number) => `2001:db8:2:1${hex(256 + n).slice(1)}::1`],
    ['/48', 250, (n: number) => `2001:db8:3:${hex(n * 256)}::1`],
  ])('of size %s may fail %i times before it is blocked', async (_what, free, addressOf) => {
    for (let n = 0; n < free; n++) await guess(n, addressOf(n % 200));
    const more = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => guess(free + n, addressOf(n))));
    // A slow test could outlast a block; each block lasts one second.
    expect(more.filter(({ status }) => status === 'fulfilled').length).toBeLessThan(10);
    expect(more.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(10);
  });
});

it('a guess without an address can be reserved and given back', async () => {
  await throttle.giveBack(await throttle.reserve('nobody@example.com', null));
});

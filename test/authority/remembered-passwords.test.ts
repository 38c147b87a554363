import { jest } from '@jest/globals';
import { RememberedPasswordsService } from '../../src/authentication/remembered-passwords.service.js';

const MINUTE = 60_000;

describe('the pairs that Basic remembers', () => {
  let now = 0;
  let remembered: RememberedPasswordsService;
  beforeEach(() => {
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    remembered = new RememberedPasswordsService();
    remembered.remember('ada@example.com', 'password', 'hash');
  });
  afterEach(() => jest.restoreAllMocks());

  const isKnown = (password = 'password', hash = 'hash'): boolean =>
    remembered.knows('ada@example.com', password, hash);

  it('are forgotten five minutes after their last use: a user who continues is never verified again', () => {
    for (let minute = 0; minute < 20; minute += 4) {
      expect(isKnown()).toBe(true);
      now += 4 * MINUTE;
    }
    now += 2 * MINUTE;
    expect(isKnown()).toBe(false);
  });

  it('are matched by the password and by the hash that it was verified against', () => {
    expect([isKnown(), isKnown('Password'), isKnown('password', 'changed')]).toEqual([true, false, false]);
  });

  it('are a thousand at most, and pairs in use stay', () => {
    for (let n = 0; n < 1500; n++) {
      remembered.remember(`${n}@example.com`, 'password', 'hash');
      if (n % 500 === 0) expect(isKnown()).toBe(true);
    }
    expect(isKnown()).toBe(true);
    expect(remembered.knows('0@example.com', 'password', 'hash')).toBe(false);
  });
});

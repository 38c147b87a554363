import { Settings } from '../../src/config/settings.js';
import { trustIn } from '../../src/http/trusted-proxies.js';

const load = (proxies: string): Settings =>
  Settings.load({ TRUSTED_PROXIES: proxies, TESSERA_SECRET: 'a secret for tests of no less than 43 characters' });

describe('TRUSTED_PROXIES', () => {
  it.each(['0.0.0.0/0', '::/0', '10.0.0.0/8,1.2.3.4/0', '10.0.0.1/00', '::ffff:0.0.0.0/96', '0:0:0:0:0:ffff:0:0/96'])(
    'refuses a network of all addresses: %s',
    (proxies) => {
      expect(() => load(proxies)).toThrow(
        /^.*TRUSTED_PROXIES: expected IP addresses or networks .*; a network of all addresses, such as 0\.0\.0\.0\/0, would let every client choose its address/s,
      );
    },
  );

  it.each(['10.0.0.0', '10.0.0.0/8, 2001:db8::/32', '10.0.0.0/1', '::ffff:10.0.0.0/104', '10.0.0.1/32', '::1/128'])(
    'accepts %s',
    (proxies) => {
      expect(load(proxies).TRUSTED_PROXIES).toEqual(proxies.split(', '));
    },
  );

  it.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '10.1.2.3:4711', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', false],
    ['10.0.0.0/8', '10.1.2.3.4', false],
    ['10.0.0.0/8', 'x', false],
    ['10.0.0.0/8', undefined, false],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['2001:db8::/32', '[2001:DB8:1::1]:80', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['fe80::1', 'fe80::1%eth0', true],
    ['::1', '127.0.0.1', false],
  ])('%s contains %s: %s', (proxies, address, isTrusted) => {
    expect(trustIn([proxies])(address)).toBe(isTrusted);
  });
});

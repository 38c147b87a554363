import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moduleNames } from '../../src/cli/new-module/module-names.js';
import { packageFiles } from '../../src/cli/new-module/package-files.js';
import { sourceFiles } from '../../src/cli/new-module/source-files.js';
import { runCli } from '../support/cli.js';

describe('the names of a new module', () => {
  it.each([
    ['coupons', ['Coupon', 'coupon', 'coupons', 'Coupons', 'coupons', 'api/sys/coupons']],
    [
      'gift-coupons',
      ['GiftCoupon', 'gift-coupon', 'gift-coupons', 'GiftCoupons', 'gift_coupons', 'api/sys/giftcoupons'],
    ],
    ['my-module', ['MyModule', 'my-module', 'my-modules', 'MyModules', 'my_modules', 'api/sys/mymodules']],
    ['categories', ['Category', 'category', 'categories', 'Categories', 'categories', 'api/sys/categories']],
    ['address', ['Address', 'address', 'addresses', 'Addresses', 'addresses', 'api/sys/addresses']],
    ['a1', ['A1', 'a1', 'a1s', 'A1s', 'a1s', 'api/sys/a1s']],
  ])('follow from %s', (name, expected) => {
    const { resource, file, folder, plural, table, path } = moduleNames(name);
    expect([resource, file, folder, plural, table, path]).toEqual(expected);
  });

  it('follow from the resource, if it is named', () => {
    expect(moduleNames('shop', 'APIKey')).toEqual({
      ...{ name: 'shop', resource: 'APIKey', file: 'api-key', folder: 'api-keys' },
      ...{ plural: 'ApiKeys', table: 'api_keys', path: 'api/sys/apikeys' },
    });
  });

  it.each([
    ['Coupons', undefined, 'The name "Coupons" cannot be used: expected lower case words with hyphens'],
    ['a--b', undefined, 'The name "a--b" cannot be used'],
    ['.', undefined, 'The name "." cannot be used'],
    ['1st', undefined, 'The name "1st" cannot be used'],
    ['tessera', undefined, 'The name "tessera" cannot be used'],
    ['x'.repeat(215), undefined, 'cannot be used: expected lower case words'],
    ['coupons', 'coupon', 'The resource "coupon" cannot be used: expected a name in Pascal case, such as GiftCoupon.'],
    ['coupons', 'Gift Coupon', 'The resource "Gift Coupon" cannot be used'],
    ['refresh-tokens', undefined, 'The resource "RefreshToken" cannot be used, because the name is taken'],
    [
      'dates',
      undefined,
      'The resource "Date" cannot be used, because the name is taken: choose another with --resource',
    ],
    ['resources', undefined, 'The resource "Resource" cannot be used'],
  ])('are refused for %s and %s', (name, resource, message) => {
    expect(() => moduleNames(name, resource)).toThrow(message);
  });
});

describe('the files of a new module', () => {
  it('name the resource and its package everywhere', () => {
    const names = moduleNames('gift-coupons');
    const files = { ...packageFiles(names, 'file:../tessera-0.1.0.tgz'), ...sourceFiles(names, 1_800_000_000_000) };
    expect(Object.keys(files).sort()).toEqual([
      ...['.gitignore', 'README.md', 'package.json', 'src/gift-coupons/create-gift-coupons.ts'],
      ...['gift-coupon.ts', 'gift-coupons.module.ts', 'gift-coupons.test.ts', 'migrations.ts'].map(
        (file) => `src/gift-coupons/${file}`,
      ),
      ...['src/tessera.config.ts', 'tsconfig.json'],
    ]);
    expect(files['src/gift-coupons/create-gift-coupons.ts']).toContain('class CreateGiftCoupons1800000000000 ');
    expect(JSON.parse(files['package.json'] ?? '')).toMatchObject({
      name: 'gift-coupons',
      dependencies: { tessera: 'file:../tessera-0.1.0.tgz' },
    });
    expect(JSON.stringify(files)).not.toMatch(/undefined|\[object/);
  });
});

describe('the command new', () => {
  it('writes nothing for a bad name, and needs no settings', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-new-'));
    try {
      const { code, stderr } = await runCli(join(folder, 'data'), ['new', join(folder, 'Bad')], '', { PORT: 'none' });
      expect([code, stderr]).toEqual([
        1,
        'The name "Bad" cannot be used: expected lower case words with hyphens, such as gift-coupons.\n',
      ]);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

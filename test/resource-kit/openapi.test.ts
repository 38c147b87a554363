import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { basicOf } from '../support/client.js';
import { startVouchers } from '../support/resource-service.js';
import type { Service } from '../support/service.js';

const ROOT = join(import.meta.dirname, '../..');

let service: Service;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what the test reads of the document is what it proves
let document: any;
beforeAll(async () => {
  service = await startVouchers();
  ({ body: document } = await service.client().get('/api/openapi.json'));
});
afterAll(() => service.dispose());

describe('the OpenAPI document of declared resources', () => {
  it('has no problem for Redocly, as the service’s own has none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
    const file = join(folder, 'openapi.json');
    writeFileSync(file, JSON.stringify(document));
    const redocly = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js');
    const args = [redocly, 'lint', file, '--config', join(ROOT, 'redocly.yaml'), '--format=json'];
    const lint = promisify(execFile)(process.execPath, args, { cwd: ROOT });
    // With an error it exits with 1.
    const { stdout } = await lint.catch((error: unknown) => error as { stdout: string });
    const { problems } = JSON.parse(stdout) as { problems: { ruleId: string; message: string }[] };
    expect(problems.map(({ ruleId, message }) => `${ruleId}: ${message}`)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('has each route with its role', () => {
    const routes = Object.entries(document.paths as Record<string, Record<string, { 'x-required-role': string }>>)
      .filter(([path]) => path.startsWith('/api/sys/coupons'))
      .flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, operation]) => [method, path, operation['x-required-role']]),
      );
    expect(routes).toEqual([
      ['post', '/api/sys/coupons', 'Coupon-Create'],
      ['get', '/api/sys/coupons', 'Coupon-List'],
      ['put', '/api/sys/coupons', 'Coupon-Edit'],
      ['get', '/api/sys/coupons/commands', 'Coupon-List'],
      ['get', '/api/sys/coupons/{id}', 'Coupon-Read'],
      ['put', '/api/sys/coupons/{id}', 'Coupon-Edit'],
      ['delete', '/api/sys/coupons/{id}', 'Coupon-Delete'],
      ['post', '/api/sys/coupons/runcommand', 'Coupon-Edit'],
    ]);
  });

  it('has the members with their rules, in bodies and records', () => {
    const { CouponInput, CouponChange, CouponView, ListedVoucherView } = document.components.schemas;
    expect(CouponInput.required).toEqual(['Code', 'Percent', 'ValidUntil']);
    expect(Object.keys(CouponChange.properties as object)).toEqual([
      ...['Code', 'Percent', 'ValidUntil', 'Note', 'Id', 'SystemId'],
    ]);
    expect(CouponInput.properties.Code).toMatchObject({ type: 'string', minLength: 1, maxLength: 40, example: 'MAY' });
    expect(CouponInput.properties.Percent).toMatchObject({ type: 'integer', minimum: 1, maximum: 100 });
    expect(CouponView.properties.Note.type).toEqual(['string', 'null']);
    expect(Object.keys(CouponView.properties as object).slice(0, 5)).toEqual([
      ...['Code', 'Percent', 'ValidUntil', 'Note', 'Id'],
    ]);
    expect(ListedVoucherView.properties.Key.description).toBe('Null without Voucher-Read.');
  });

  it('has examples of bodies that the service accepts', async () => {
    const admin = service.client(basicOf('admin'));
    for (const [path, schema] of [
      ['coupons', 'CouponInput'],
      ['vouchers', 'VoucherInput'],
    ] as const) {
      const members = Object.entries(
        document.components.schemas[schema].properties as Record<string, { example: unknown }>,
      );
      const sent = Object.fromEntries(members.map(([name, { example }]) => [name, example]));
      // The one example that no document can know.
      const { text, status } = await admin.post(`/api/sys/${path}`, { ...sent, CouponId: null });
      expect([schema, status, text]).toEqual([schema, 200, expect.any(String)]);
    }
    expect(JSON.stringify(document)).not.toContain('"nullable"');
  });

  it('has the parameters of the search', () => {
    const { parameters } = document.paths['/api/sys/coupons'].get as { parameters: { name: string }[] };
    expect(parameters.map(({ name }) => name).filter((name) => name.includes('Coupon'))).toEqual([
      ...['Coupon_Code', 'Coupon_Percent', 'Coupon_ValidUntil', 'Coupon_SystemId', 'Coupon_UniqueId'],
      ...['Coupon_UpdatedBy', 'Coupon_Id', 'from_Coupon_ValidUntil', 'to_Coupon_ValidUntil'],
      ...['from_Coupon_CreatedOn', 'to_Coupon_CreatedOn', 'from_Coupon_UpdatedOn', 'to_Coupon_UpdatedOn'],
    ]);
  });
});

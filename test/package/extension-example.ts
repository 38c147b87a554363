import type { BrowserContext } from 'playwright-core';
import { basic } from '../support/client.js';
import { startChromium } from '../support/chromium.js';
import type { PackedService, TeamFolder } from './team-folder.js';

const USER = { email: 'ada@example.com', password: 'correct horse battery' };
const CODE = 'a random text of the till';
const ROLES = 'Coupon-Create Coupon-Read Coupon-List Coupon-Edit AuditTrailEntry-List';

/** Runs the package of examples/extension with the packages that another team has installed. */
export function describeExtensionExample(service: PackedService, installed: TeamFolder, port: number): void {
  const url = `http://127.0.0.1:${port}`;
  const team = service.team('tessera/examples/extension', port);
  const succeed = (commands: string): string => {
    const { status, stdout, stderr } = team.run(commands);
    expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
    return stdout;
  };
  const send = async (method: string, path: string, body?: object): Promise<{ status: number; body: Found }> => {
    const headers = { authorization: basic(USER.email, USER.password), 'content-type': 'application/json' };
    const response = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: response.status, body: (await response.json()) as Found };
  };

  beforeAll(() => {
    team.copyFrom('examples/extension');
    team.sharePackagesOf(installed);
  });
  afterAll(() => team.stop());

  it('compiles with strict TypeScript, and passes its own tests', () => {
    expect(succeed('npm test')).toMatch(/^# fail 0$/m);
  });

  it('has roles that the installed command grants', () => {
    succeed(`echo '${USER.password}' | npx tessera users add ${USER.email}`);
    expect(succeed(`npx tessera users grant ${USER.email} ${ROLES}`)).toContain('Granted Coupon-Create');
  });

  it('is served: its records are created, found and commanded, and each act is in the audit trail', async () => {
    await team.start('npx tessera serve', `${url}/health/ready`);
    const record = { Holder: USER.email, Code: CODE, EndsOn: '2030-05-31T12:00:00Z' };
    const created = await send('POST', '/api/sys/coupons', record);
    expect(created.status).toBe(200);
    const { Id } = created.body.Value;
    expect((await send('GET', '/api/sys/coupons?Coupon_Holder=ada*&orderBy=EndsOn')).body.Records).toMatchObject([
      { Id, Holder: USER.email, UsedOn: null, ToStringText: USER.email },
    ]);
    const command = { Key: 'COUPON_EXTEND', Ids: [Id], Parameters: [{ Name: 'Days', Type: 'Integer', Value: '1' }] };
    expect((await send('POST', '/api/sys/coupons/runcommand', command)).status).toBe(200);
    const { Records } = (await send('GET', '/api/sys/audittrailentries?AuditTrailEntry_EntityShortName=Coupon')).body;
    expect(Records.map(({ Kind }) => Kind).sort()).toEqual([
      'command-run',
      'record-created',
      'record-read',
      'record-updated',
    ]);
    expect(JSON.stringify(Records)).not.toContain(CODE);
  });

  it('has a grant that the metadata list, and that signs in once', async () => {
    const metadata = (await send('GET', '/.well-known/oauth-authorization-server')).body as unknown;
    expect(metadata).toMatchObject({
      grant_types_supported: expect.arrayContaining(['urn:example:coupon']) as unknown,
    });
    const form = { grant_type: 'urn:example:coupon', coupon: CODE };
    const use = async (): Promise<number> =>
      (await fetch(`${url}/api/token`, { method: 'POST', body: new URLSearchParams(form) })).status;
    expect([await use(), await use()]).toEqual([200, 400]);
  });

  describe('in Swagger UI', () => {
    let browser: BrowserContext;
    let dispose: () => Promise<void>;
    beforeAll(async () => {
      ({ browser, dispose } = await startChromium());
    });
    afterAll(() => dispose());

    it('has its routes, and the grant at the token endpoint', async () => {
      const page = await browser.newPage();
      await page.goto(`${url}/docs`);
      await page.locator('.opblock-summary-path').first().waitFor();
      const shown = await page
        .locator('.opblock-summary-path')
        .evaluateAll((paths) => paths.map((path) => path.getAttribute('data-path')));
      for (const path of ['', '/{id}', '/commands', '/runcommand']) expect(shown).toContain(`/api/sys/coupons${path}`);
      const token = page.locator('.opblock-post').filter({ has: page.locator('[data-path="/api/token"]') });
      await token.locator('.opblock-summary').click();
      await token.getByText('urn:example:coupon').first().waitFor();
    });
  });

  it('has a migration that is reverted', async () => {
    await team.stop();
    expect(succeed('npx tessera migrations revert')).toBe('Reverted CreateCoupons1800000000000.\n');
  });
}

/** The members of answers that are read here. */
interface Found {
  readonly Value: { readonly Id: number };
  readonly Records: readonly { readonly Kind?: string }[];
}

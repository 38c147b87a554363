import { decodeJwt } from 'jose';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../support/compile.js';
import { CACHE } from '../support/fixtures.mjs';
import { programWith } from '../support/resource-service.js';
import { Service } from '../support/service.js';
import { ask, events, expectRefused, recordOf, refresh, story, the, tokensOf } from '../support/sessions.js';

const TILL = 'urn:example:till';
let service: Service;

/** What the OpenAPI document of a service says of the token endpoint. */
async function tokenEndpoint(of: Service): Promise<{ description: string; form: Form }> {
  const { body } = await of.client().get('/api/openapi.json');
  const { description, requestBody } = the(
    (body as { paths: Record<string, { post: Operation }> }).paths['/api/token'],
  ).post;
  return { description, form: the(requestBody.content['application/x-www-form-urlencoded']) };
}

interface Form {
  readonly schema: {
    readonly properties: Readonly<Record<string, { readonly enum?: string[]; description?: string }>>;
  };
}
interface Operation {
  readonly description: string;
  readonly requestBody: { readonly content: Readonly<Record<string, Form>> };
}

beforeAll(async () => {
  service = await Service.start({}, await programWith('till/till.module.ts', 'TillModule'));
});
afterAll(() => service.dispose());

describe('a grant of a module', () => {
  it('begins a session, whose tokens are as those of a sign-in', async () => {
    const answer = await ask(service, { grant_type: TILL, till: '7', pin: '1234' });
    expect(answer.body).toMatchObject({ token_type: 'bearer', expires_in: 3600 });
    const tokens = tokensOf(answer);
    expect(decodeJwt(tokens.access)).toMatchObject({ sub: 'all@example.com', client_id: 'till-7', amr: ['pin'] });
    expect(await recordOf(service, tokens)).toMatchObject({ Subject: 'all@example.com', ClientId: 'till-7' });
    const next = await refresh(service, tokens);
    await refresh(service, next);
    expect(await story(service, next)).toEqual(['login: pin']);
    await ask(service, { grant_type: TILL, till: '7', pin: '1234' });
    await expectRefused(service, next.refresh);
  });

  it.each<[string, Record<string, string>, number, object]>([
    [
      'a missing parameter',
      { till: '7' },
      400,
      { error: 'invalid_request', error_description: 'The parameter pin is missing.' },
    ],
    [
      'a wrong secret',
      { till: '7', pin: '1' },
      400,
      { error: 'invalid_grant', error_description: 'The PIN is wrong.' },
    ],
    [
      'a reason of its own',
      { till: '0', pin: '1', shift: 'late' },
      400,
      { error: 'till_closed', error_description: 'The till is closed in the shift late.' },
    ],
    [
      'a user whom the service does not know',
      { till: '7', pin: '9999' },
      400,
      { error: 'invalid_grant', error_description: 'The user cannot sign in.' },
    ],
  ])('refuses %s', async (_what, parameters, status, body) => {
    const answer = await ask(service, { grant_type: TILL, ...parameters });
    expect([answer.status, answer.body]).toEqual([status, body]);
  });

  it('leaves an event when the service refuses its user', async () => {
    await ask(service, { grant_type: TILL, till: '7', pin: '9999' });
    const [event] = await events(service, { Kind: 'login-failed', Reason: 'unknown-user' });
    expect(event).toMatchObject({ Actor: 'unknown', Subject: null });
  });

  it('is listed by the metadata, the OpenAPI document and the refusal of other grants', async () => {
    const names = ['password', 'refresh_token', 'client_credentials', TILL];
    const metadata = await service.client().get('/.well-known/oauth-authorization-server');
    expect(metadata.body).toMatchObject({ grant_types_supported: names });
    const { description, form } = await tokenEndpoint(service);
    expect(description).toContain(`- \`${TILL}\`: Signs a cashier in at a till.`);
    expect(form).toMatchObject({
      schema: {
        required: ['grant_type'],
        properties: {
          grant_type: { enum: names },
          username: { type: 'string', description: 'E-mail of the user. For `password`.' },
          pin: { type: 'string', format: 'password', description: `What the cashier types. For \`${TILL}\`.` },
          shift: { type: 'string' },
        },
      },
      examples: { [TILL]: { value: { grant_type: TILL, till: '7', pin: '1234' } } },
    });
    const other = await ask(service, { grant_type: 'other' });
    expect(other.body).toMatchObject({ error_description: `grant_type must be one of: ${names.join(', ')}.` });
  });
});

describe('a grant of a definition', () => {
  it('works without a module', async () => {
    const program = join(CACHE, 'programs/defined-grant.js');
    await writeWhole(
      program,
      `import { createApplication } from '../../../dist/application.js';
      import { TillGrant } from '../till/till.module.js';
      const app = await createApplication({ grants: [TillGrant] });
      await app.listen(Number(process.env.PORT), '127.0.0.1');`,
    );
    const other = await Service.start({}, program);
    try {
      expect((await ask(other, { grant_type: TILL, till: '7', pin: '1234' })).status).toBe(200);
    } finally {
      await other.dispose();
    }
  });
});

describe('docs/api.md', () => {
  it('has the grants of the service, each with its parameters', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8');
    const { schema } = (await tokenEndpoint(service)).form;
    for (const name of ['password', 'refresh_token']) {
      const row = page.split('\n').find((line) => line.includes(`\`grant_type=${name}\``)) ?? '';
      const parameters = Object.entries(schema.properties).filter(([, { description }]) =>
        description?.endsWith(` For \`${name}\`.`),
      );
      expect(parameters).not.toEqual([]);
      for (const [parameter] of parameters) expect(row).toContain(`\`${parameter}\``);
    }
  });
});

import { runCli } from '../support/cli.js';
import { basicOf, passwordOf, RESOURCE, validRecord } from '../support/client.js';
import { raw } from '../support/raw.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { ask, askRefresh, events, login, tokensOf } from '../support/sessions.js';

const REFUSAL = {
  error: 'invalid_request',
  error_description: 'client_id must not contain control, format or line-separator characters.',
};
const PASSWORD_GRANT = {
  grant_type: 'password',
  username: 'read@example.com',
  password: passwordOf('read'),
};
/** Characters that change what a terminal shows: line breaks, colours, reversed text, and ends that only some programs see. */
const FORGED = 'phone\n1  forged \u001b[2K\u009b31m\u202eenohp\u2028\u2029\u200b\u{e0041}';

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => service.dispose());

/** Signs in with raw bytes as the value of a header. */
async function signInWithHeader(name: string, value: Buffer): Promise<{ status: number; text: string }> {
  const body = new URLSearchParams(PASSWORD_GRANT).toString();
  const head = `POST /api/token HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: ${body.length}\r\n${name}: `;
  return raw(service.url, Buffer.concat([Buffer.from(head), value, Buffer.from(`\r\n\r\n${body}`)]));
}

describe('a client_id', () => {
  it.each([
    ['a line feed', 'a\nb'],
    ['a carriage return', 'a\rb'],
    ['a tab', 'a\tb'],
    ['an escape sequence', 'a\u001b[31mb'],
    ['a C1 control', 'a\u009b31m'],
    ['a delete', 'a\u007fb'],
    ['a bidi override', 'a\u202eb'],
    ['a bidi isolate', 'a\u2066b'],
    ['a zero-width space', 'a\u200bb'],
    ['a byte order mark', 'a\ufeffb'],
    ['a soft hyphen', 'a\u00adb'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['a tag character', 'a\u{e0041}b'],
  ])('with %s is refused at sign-in, refresh and revocation, and starts no session', async (_what, name) => {
    const { refresh: token } = await login(service, 'none');
    for (const form of [
      { ...PASSWORD_GRANT, client_id: name },
      { grant_type: 'refresh_token', refresh_token: token, client_id: name },
    ]) {
      const { status, body } = await ask(service, form);
      expect([status, body]).toEqual([400, REFUSAL]);
    }
    const { status, body } = await service.client().form('POST', '/api/token/revoke', { token, client_id: name });
    expect([status, body]).toEqual([400, REFUSAL]);
    expect((await askRefresh(service, token)).status).toBe(200);
    const found = await service
      .client(basicOf('admin'))
      .get(`${RESOURCE}?${new URLSearchParams({ RefreshToken_ClientId: name }).toString()}`);
    expect(found.body.TotalItems).toBe(0);
  });

  it.each([
    ['as UTF-8', Buffer.from('a\u202eb')],
    ['as UTF-8 of C1', Buffer.from('a\u009bb')],
    ['as Latin-1', Buffer.from('a\u009bb', 'latin1')],
    ['as a tab', Buffer.from('a\tb')],
  ])('with a forbidden character in the header is refused: %s', async (_what, value) => {
    const { status, text } = await signInWithHeader('client_id', value);
    expect([status, JSON.parse(text)]).toEqual([400, REFUSAL]);
  });

  it.each(['Телефон', '電話', 'téléphone Ä', 'e\u0301', 'هاتف', '📱'])(
    'may have other letters: %s, and means the same in header and parameter',
    async (name) => {
      const { status, text } = await signInWithHeader('client_id', Buffer.from(name));
      expect(status).toBe(200);
      const { refresh: token } = tokensOf({ status, text, headers: new Headers(), body: JSON.parse(text) as unknown });
      const answer = await ask(service, { grant_type: 'refresh_token', refresh_token: token, client_id: name });
      expect(answer.status).toBe(200);
      const form = { ...PASSWORD_GRANT, client_id: name };
      expect((await ask(service, form)).status).toBe(200);
    },
  );
});

describe('a user agent', () => {
  it('is stored without control, format and separator characters', async () => {
    for (const [value, stored] of [
      [Buffer.from('curl/8 \u202e\u2028\u200b\u009b!'), 'curl/8 \ufffd\ufffd\ufffd\ufffd!'],
      [Buffer.from('curl/8 \u009b\u00ad\u00e9', 'latin1'), 'curl/8 \ufffd\ufffdé'],
      [Buffer.from('Büro/1'), 'Büro/1'],
      [Buffer.from(`x${'\u202e'.repeat(300)}`), `x${'\ufffd'.repeat(255)}`],
    ] as const) {
      expect((await signInWithHeader('user-agent', value)).status).toBe(200);
      const logins = await events(service, { Kind: 'login', Subject: 'read@example.com' });
      expect(logins.at(-1)?.['UserAgent']).toBe(stored);
    }
  });
});

describe('a record that a client writes', () => {
  it('may have any storable text for Subject and ClientId', async () => {
    const admin = service.client(basicOf('admin'));
    const { status, body } = await admin.post(
      '/api/sys/refreshtokens',
      validRecord({ Subject: FORGED, ClientId: FORGED }),
    );
    expect(status).toBe(200);
    const record = await admin.get(`${RESOURCE}/${String(body.Value.Id)}`);
    expect(record.body).toMatchObject({ Subject: FORGED, ClientId: FORGED });
  });
});

describe('an operator', () => {
  it.each(['a\u202eb@example.com', 'a\u200bb@example.com', 'a\u00adb@example.com', 'a\u009bb@example.com'])(
    'cannot add a user whose name would look like another name: %j',
    async (email) => {
      const other = await Service.start();
      await other.end();
      expect(await runCli(other.dataDir, ['users', 'add', email], 'a password')).toEqual({
        code: 1,
        stdout: '',
        stderr: 'An e-mail address must not contain control, format or line-separator characters.\n',
      });
      await other.dispose();
    },
  );

  it('sees names from earlier versions escaped, in tables and as JSON', async () => {
    await login(service, 'list', 'phone');
    await service.end();
    const name = `U&'${Array.from(FORGED, (c) => `\\+${(c.codePointAt(0) ?? 0).toString(16).padStart(6, '0')}`).join('')}'`;
    await runSql(
      service.dataDir,
      `UPDATE refresh_tokens SET client_id = ${name} WHERE subject = 'list@example.com' AND client_id = 'phone'`,
    );
    const sessions = ['sessions', 'list', '--subject', 'list@example.com'];
    const table = await runCli(service.dataDir, sessions);
    const lines = table.stdout.split('\n');
    expect([table.code, lines.length, table.stderr]).toEqual([0, 3, '']);
    expect(lines[1]).toContain(
      String.raw`phone\u000a1  forged \u001b[2K\u009b31m\u202eenohp\u2028\u2029\u200b\udb40\udc41`,
    );
    const json = await runCli(service.dataDir, [...sessions, '--json']);
    for (const { stdout } of [table, json])
      expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect((JSON.parse(json.stdout) as { client: string }[])[0]?.client).toBe(FORGED);
    await service.resume();
  });
});

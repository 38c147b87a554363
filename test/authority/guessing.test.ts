import { URI, type TOTP } from 'otpauth';
import { runCli } from '../support/cli.js';
import { basic, basicOf, RESOURCE, type Answer } from '../support/client.js';
import { countByStatus, signInFrom, type Attempt } from '../support/guesses.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  askRefresh,
  disposeWithoutLeaks,
  events,
  introspect,
  keepSecret,
  login,
  revoke,
  seconds,
  sessionOf,
  the,
  times,
} from '../support/sessions.js';

/** One account may fail this often at one address, and one user may send this many wrong codes; the next failure blocks. */
const FREE = 5;
const WRONG = 'PASSWORD that is wrong';
const WAIT = /^Too many attempts\. Wait (1 second|([2-9]|\d{2,}) seconds)\.$/;

let service: Service;
let totp: TOTP;
beforeAll(async () => {
  keepSecret(WRONG);
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8, 2001:db8:f::/48' });
  await service.freeData();
  const { stdout } = await runCli(service.dataDir, ['totp', 'enable', 'edit@example.com']);
  totp = URI.parse(stdout.trim()) as TOTP;
  keepSecret(totp.secret.base32);
  await service.resume();
});
afterAll(() => disposeWithoutLeaks(service));

const signIn = (attempt: Attempt): Promise<Answer> => signInFrom(service, attempt);
/** An address that no earlier test used. */
let used = 0;
const newAddress = (): string => `198.18.${++used >> 8}.${used & 255}`;
/** How many blocks can have expired in this time. The first block lasts a second, and each further block twice as long as the previous. */
const blocksWithin = (ms: number): number => Math.floor(Math.log2(ms / 1000 + 1));

function expectLimited({ status, body, headers }: Answer): void {
  expect([status, body.error]).toEqual([429, 'temporarily_unavailable']);
  expect(body.error_description).toMatch(WAIT);
  expect(body.error_description).toContain(` ${headers.get('retry-after')} `);
}

describe('passwords that are guessed concurrently', () => {
  it('are verified no more often than the limit allows', async () => {
    const from = newAddress();
    const began = performance.now();
    const answers = await times(60, (n) => signIn({ name: 'none', password: `${WRONG} ${n}`, from }));
    const most = FREE + 1 + blocksWithin(performance.now() - began);
    expect(countByStatus(answers)[400]).toBeLessThanOrEqual(most);
    expect(countByStatus(answers)[400]).toBeGreaterThan(FREE);
    for (const answer of answers.filter(({ status }) => status === 429)) expectLimited(answer);
  });

  it('count one by one, even if all are the same', async () => {
    const from = newAddress();
    const began = performance.now();
    const answers = await times(60, () => signIn({ name: 'none', password: WRONG, from }));
    expect(countByStatus(answers)[400]).toBeLessThanOrEqual(FREE + 1 + blocksWithin(performance.now() - began));
  });

  it('do not slow down a client that sends many requests in parallel with the right password', async () => {
    const headers = { authorization: basicOf('list'), 'x-forwarded-for': newAddress() };
    const answers = await times(100, () => service.client().send('GET', `${RESOURCE}?size=1`, { headers }));
    expect(countByStatus(answers)).toEqual({ 200: 100 });
    const from = newAddress();
    expect(countByStatus(await times(30, () => signIn({ name: 'read', from })))).toEqual({ 200: 30 });
  });
});

it('a 429 on the resource says how long to wait, in the form of the contract', async () => {
  const headers = { authorization: basic('none@example.com', WRONG), 'x-forwarded-for': newAddress() };
  let answer = await service.client().send('GET', RESOURCE, { headers });
  for (let n = 0; n < 2 * FREE && answer.status === 401; n++)
    answer = await service.client().send('GET', RESOURCE, { headers });
  expect([answer.status, answer.body.Status, answer.body.WasSuccessful]).toEqual([429, 429, false]);
  expect(answer.body.Message).toMatch(WAIT);
});

/** Longer than a busy machine takes to send the next request. */
const LONG_BLOCK_SECONDS = 5;

describe('codes after the right password', () => {
  const withCode = (code: string, from = newAddress(), password?: string): Promise<Answer> =>
    signIn({ name: 'edit', totp: code, from, ...(password && { password }) });
  const wrongCode = (n: number): string =>
    String((Number(totp.generate()) + 100_000 + n * 7) % 1_000_000).padStart(6, '0');
  const HOME = '198.51.100.7';
  /** Signs in with a correct code as soon as the block has expired. */
  async function signInAtLast(): Promise<Answer> {
    for (;;) {
      const answer = await withCode(totp.generate(), HOME);
      if (answer.status !== 429) return answer;
      await seconds(Number(answer.headers.get('retry-after')));
    }
  }

  it('are not limited by clients without the password, nor by sign-ins without a code', async () => {
    for (let n = 0; n < 3 * FREE; n++) {
      expect((await withCode(wrongCode(n), newAddress(), WRONG)).body.error).toBe('invalid_grant');
      expect((await signIn({ name: 'edit', from: HOME })).body.error).toBe('two_factor_auth_check');
    }
    const { status } = await withCode(totp.generate(), HOME);
    expect(status).toBe(200);
  });

  it('are limited for each user, across all addresses, even when they arrive concurrently', async () => {
    const began = performance.now();
    const answers = await times(40, (n) => withCode(wrongCode(n)));
    const evaluated = answers.filter(({ body }) => body.error === 'two_factor_auth_check').length;
    expect(evaluated).toBeLessThanOrEqual(FREE + 1 + blocksWithin(performance.now() - began));
    expect(evaluated).toBeGreaterThan(FREE);
    expect(countByStatus(answers)[200]).toBeUndefined();
    expect(countByStatus(answers)[429]).toBeGreaterThan(0);
  });

  it('are limited at the user’s own address too; a correct code resets the counter', async () => {
    // On a busy machine a short block may expire before the next guess arrives. That guess then makes the block twice as long.
    let answer = await withCode(wrongCode(1), HOME);
    for (let n = 0; n < 10 * FREE && !(Number(answer.headers.get('retry-after')) > LONG_BLOCK_SECONDS); n++) {
      if (answer.status === 429) await seconds(Number(answer.headers.get('retry-after')));
      answer = await withCode(wrongCode(n));
    }
    expectLimited(answer);
    expectLimited(await withCode(totp.generate(), HOME));
    // The first test has used the code of this step.
    while ((await signInAtLast()).status !== 200) await seconds(1);
    for (let n = 0; n < FREE; n++) expect((await withCode(wrongCode(n))).body.error).toBe('two_factor_auth_check');
  }, 120_000);
});

describe('guesses at the client of a refresh token', () => {
  it.each([
    ['revocations', revoke],
    ['refreshes', askRefresh],
  ])('by %s are limited for each session, and the refusal says nothing about the token', async (how, guess) => {
    const [tokens, other] = [await login(service, 'all', `by-${how}`), await login(service, 'all', 'not-guessed')];
    const began = performance.now();
    const answers = [];
    for (let n = 0; n < 4 * FREE; n++) answers.push(await guess(service, tokens.refresh, `client-${n}`));
    const counts = countByStatus(answers);
    expect(counts[400]).toBeLessThanOrEqual(FREE + 1 + blocksWithin(performance.now() - began));
    expect(counts[429]).toBeGreaterThan(0);
    expectLimited(the(answers.find(({ status }) => status === 429)));
    expect((await introspect(service, tokens.refresh)).body.active).toBe(true);
    expect((await revoke(service, other.refresh, 'not-guessed')).status).toBe(200);
    expect((await events(service, { SessionId: sessionOf(tokens), Kind: 'session-ended' })).length).toBe(0);
  });
});

describe('the address of a client', () => {
  const CLIENT = '198.51.100.20';
  async function addressOf(from: string): Promise<unknown> {
    const id = `from-${++used}`;
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'x-forwarded-for': from,
      'x-request-id': id,
    };
    const body = new URLSearchParams({ grant_type: 'password', username: 'read@example.com', password: WRONG });
    await service.client().send('POST', '/api/token', { headers, body: body.toString() });
    const [event] = await events(service, { RequestId: id });
    const logged = service.log.split('\n').find((line) => line.includes(`"${id}"`)) ?? '{}';
    expect((JSON.parse(logged) as Record<string, unknown>)['address']).toBe(event?.['Address']);
    return event?.['Address'];
  }

  it.each([
    [CLIENT, CLIENT],
    [`${CLIENT}:40001`, CLIENT],
    [`[${CLIENT}]:1`, CLIENT],
    [`::ffff:${CLIENT}`, CLIENT],
    [`[::FFFF:${CLIENT}]:40001`, CLIENT],
    ['[2001:DB8:0:0::0020]:40001', '2001:db8::20'],
    ['fe80::1%eth0', 'fe80::1'],
    // Trusted proxies in between, in all spellings.
    [`198.51.100.1, ${CLIENT}:7, 10.1.2.3:4711, [2001:db8:f::1]:80, ::ffff:10.9.9.9`, CLIENT],
    // Text that is not an address counts as the proxy that forwarded the text.
    ['unknown', '127.0.0.1'],
    ['_hidden, 10.1.2.3', '10.1.2.3'],
    [`${CLIENT}, <script>, 10.1.2.3`, '10.1.2.3'],
    ['1.2.3', '127.0.0.1'],
    ['198.51.100.020', '127.0.0.1'],
    ['999.1.1.1:80', '127.0.0.1'],
    [',', '127.0.0.1'],
  ])('that is forwarded as %s is %s', async (forwarded, address) => {
    expect(await addressOf(forwarded)).toBe(address);
  });

  it('does not depend on the port: guesses from it are limited', async () => {
    const statuses = [];
    for (let n = 0; n < 60; n++) {
      const from = `198.51.100.21:${40_000 + n}`;
      statuses.push((await signIn({ name: 'list', password: `${WRONG} ${n}`, from })).status);
    }
    expect(statuses).toContain(429);
  });

  it('is in neither the database nor the log when it is not a valid address', async () => {
    const text = 'NOT-AN-ADDRESS-4711';
    await signIn({ name: 'list', password: WRONG, from: text });
    await service.freeData();
    const [row] = await runSql(
      service.dataDir,
      `SELECT (SELECT count(*) FROM audit_trail_entries t WHERE t::text LIKE '%${text}%')::int AS events`,
    );
    await service.resume();
    expect(row?.['events']).toBe(0);
    expect(service.log).not.toContain(text);
  });
});

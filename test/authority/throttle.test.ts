import { request } from 'node:http';
import { basic, basicOf, passwordOf, RESOURCE } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import {
  askLogin,
  askRefresh,
  disposeWithoutLeaks,
  keepSecret,
  login,
  refresh,
  seconds,
  TOKEN,
} from '../support/sessions.js';

/** One account may fail this often at one address; the next failure blocks. */
const FREE = 5;
/** Seconds. */
const LONG_ENOUGH = 3;
const WRONG = 'PASSWORD that is wrong';

interface Reply {
  readonly status: number;
  readonly retryAfter: number;
  readonly error: unknown;
}

interface Attempt {
  readonly name: string;
  readonly password?: string;
  /** The address that the connection comes from. */
  readonly from?: string;
  readonly forwardedFor?: string;
}

let service: Service;
beforeAll(async () => {
  keepSecret(WRONG);
  service = await Service.start({ TRUSTED_PROXIES: '127.0.0.9' });
});
afterAll(() => disposeWithoutLeaks(service));

/** Sends a request from a chosen address. */
function send(path: string, headers: Record<string, string>, body: string | undefined, from: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = { method: body === undefined ? 'GET' : 'POST', headers, localAddress: from, agent: false };
    const sent = request(`${service.url}${path}`, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => {
        const { error } = JSON.parse(text) as { error?: unknown };
        resolve({ status: answer.statusCode ?? 0, retryAfter: Number(answer.headers['retry-after']), error });
      });
    });
    sent.on('error', reject).end(body);
  });
}

function signIn({ name, password = passwordOf(name), from = '127.0.0.1', forwardedFor }: Attempt): Promise<Reply> {
  const form = new URLSearchParams({ grant_type: 'password', username: `${name}@example.com`, password });
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    ...(forwardedFor && { 'x-forwarded-for': forwardedFor }),
  };
  return send(TOKEN, headers, form.toString(), from);
}

const readBasic = (authorization: string, from: string): Promise<Reply> =>
  send(`${RESOURCE}?size=1`, { authorization }, undefined, from);

async function fail(count: number, attempt: Attempt): Promise<Reply[]> {
  const replies = [];
  for (let n = 0; n < count; n++) replies.push(await signIn({ ...attempt, password: WRONG }));
  return replies;
}

/**
 * Guesses, and waits out each block, until a block lasts long enough for a busy machine to notice. All guesses are refused: as wrong
 * (400 or 401) or as blocked.
 */
async function block(guess: () => Promise<Reply>): Promise<void> {
  for (;;) {
    const { status, retryAfter } = await guess();
    expect([400, 401, 429]).toContain(status);
    if (status !== 429) continue;
    if (retryAfter > LONG_ENOUGH) return;
    await seconds(retryAfter + 0.1);
  }
}

describe('guessing one account from one address', () => {
  it('is slowed down after some failures, for longer each time', async () => {
    const attempt = { name: 'create', from: '127.0.0.2' };
    const replies = await fail(FREE + 1, attempt);
    expect(replies.map(({ status }) => status)).toEqual(Array(FREE + 1).fill(400));
    // On a busy machine a block may expire before the next guess arrives. That guess then makes the block twice as long.
    let failures = replies.length;
    let longestWait = 0;
    while (longestWait < 3) {
      const reply = await signIn({ ...attempt, password: WRONG });
      if (reply.status === 400) failures++;
      else {
        expect([reply.status, reply.error]).toEqual([429, 'temporarily_unavailable']);
        expect(reply.retryAfter).toBeLessThanOrEqual(2 ** (failures - FREE - 1));
        longestWait = Math.max(longestWait, reply.retryAfter);
        await seconds(reply.retryAfter + 0.1);
      }
    }
  });

  it('is still slowed down after a crash and a restart, also with the right password, but not elsewhere', async () => {
    const attempt = { name: 'create', from: '127.0.0.2' };
    await block(() => signIn({ ...attempt, password: WRONG }));
    await service.end('SIGKILL');
    // A restart may take longer than the rest of the block.
    const longer = `UPDATE login_throttles SET blocked_until = blocked_until + interval '1 hour' WHERE blocked_until > now()`;
    await runSql(service.dataDir, longer);
    await service.resume();
    expect((await signIn(attempt)).status).toBe(429);
    expect((await signIn({ ...attempt, from: '127.0.0.3' })).status).toBe(200);
    expect((await signIn(attempt)).status).toBe(429);
  });

  it('starts again after a success', async () => {
    const attempt = { name: 'read', from: '127.0.0.2' };
    for (let round = 0; round < 3; round++) {
      await fail(FREE, attempt);
      expect((await signIn(attempt)).status).toBe(200);
    }
  });

  it('is slowed down as well when many guesses arrive concurrently', async () => {
    const attempt = { name: 'edit', from: '127.0.0.2' };
    const replies = await Promise.all(Array.from({ length: 60 }, () => fail(1, attempt)));
    const answered = replies.flat().filter(({ status }) => status === 400);
    // The free guesses, the guess that blocked, and one guess for each block that expired meanwhile on a busy machine.
    expect(answered.length).toBeLessThan(FREE + 1 + 8);
    expect(replies.flat().filter(({ status }) => status === 429).length).toBe(60 - answered.length);
  });
});

it('refreshes are never counted, nor blocked by failed logins', async () => {
  const tokens = await login(service, 'all', 'app');
  for (let n = 0; n < 3 * FREE; n++) expect((await askRefresh(service, `${tokens.refresh}x`, 'app')).status).toBe(400);
  expect((await askLogin(service, 'all', 'app')).status).toBe(200);
  const again = await login(service, 'all', 'app');
  await fail(2 * FREE, { name: 'all' });
  await block(() => signIn({ name: 'all', password: WRONG }));
  expect((await signIn({ name: 'all' })).status).toBe(429);
  await refresh(service, again, 'app');
});

describe('the address', () => {
  it('is not what X-Forwarded-For says, unless a trusted proxy says so', async () => {
    for (let n = 0; n < 2 * FREE; n++)
      await signIn({ name: 'list', password: WRONG, from: '127.0.0.4', forwardedFor: `192.0.2.${n}` });
    await block(() => signIn({ name: 'list', password: WRONG, from: '127.0.0.4', forwardedFor: '192.0.2.98' }));
    expect((await signIn({ name: 'list', from: '127.0.0.4', forwardedFor: '192.0.2.99' })).status).toBe(429);
  });

  it('is the address that a trusted proxy forwards, and an IPv6 network counts as one address', async () => {
    const proxied = { name: 'list', from: '127.0.0.9' };
    for (let n = 0; n < 2 * FREE; n++)
      await signIn({ ...proxied, password: WRONG, forwardedFor: `2001:db8::${n + 1}` });
    await block(() => signIn({ ...proxied, password: WRONG, forwardedFor: '2001:db8::fffe' }));
    expect((await signIn({ ...proxied, forwardedFor: '2001:db8::ffff' })).status).toBe(429);
    expect((await signIn({ ...proxied, forwardedFor: '2001:db8:1::1' })).status).toBe(200);
    expect((await signIn({ ...proxied, forwardedFor: '192.0.2.1' })).status).toBe(200);
  });
});

describe('Basic', () => {
  it('is slowed down for those who guess', async () => {
    const wrong = basic('none@example.com', WRONG);
    const statuses = [];
    for (let n = 0; n < FREE + 1; n++) statuses.push((await readBasic(wrong, '127.0.0.5')).status);
    expect(statuses).toEqual(Array<number>(FREE + 1).fill(401));
    await block(() => readBasic(wrong, '127.0.0.5'));
    expect((await readBasic(basicOf('none'), '127.0.0.5')).status).toBe(429);
  });

  it('is never slowed down for a user with the right password, neither by guesses at other accounts nor by guesses at its own', async () => {
    const right = basicOf('admin');
    const from = '127.0.0.6';
    expect((await readBasic(right, from)).status).toBe(200);
    // More failures than an address has free for all accounts together.
    for (let n = 0; n < 60; n += 10) {
      const guesses = Array.from({ length: 10 }, (_, of) =>
        signIn({ name: 'admin', password: WRONG, from }).then(() =>
          readBasic(basic(`nobody-${n + of}@example.com`, WRONG), from),
        ),
      );
      await Promise.all(guesses);
    }
    await block(() => readBasic(basic('nobody@example.com', WRONG), from));
    expect((await readBasic(basic('nobody-else@example.com', WRONG), from)).status).toBe(429);
    for (let n = 0; n < 20; n++) expect((await readBasic(right, from)).status).toBe(200);
  });
});

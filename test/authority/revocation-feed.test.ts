import { once } from 'node:events';
import { connect } from 'node:net';
import { decodeJwt } from 'jose';
import { basicOf, type Answer } from '../support/client.js';
import { sessionsEnded } from '../support/cutoffs.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, login, refresh, revoke, seconds, sessionOf, the, times } from '../support/sessions.js';

const FEED = '/api/token/revocations';
const MOST_READERS = 500;

describe('the feed of ended sessions', () => {
  let service: Service;

  beforeAll(async () => {
    service = await Service.start();
  });
  afterAll(() => disposeWithoutLeaks(service));

  const feed = (query = '', name = 'read'): Promise<Answer> => service.client(basicOf(name)).get(`${FEED}?${query}`);
  const endOne = async (client: string): Promise<string> => {
    const tokens = await login(service, 'none', client);
    await revoke(service, tokens.refresh, client);
    return sessionOf(tokens);
  };
  const cursorNow = async (): Promise<string> => (await feed()).body.cursor as string;

  it('begins with every end whose access tokens may be valid, and continues after its cursor', async () => {
    const first = await endOne('first');
    const { status, body, headers } = await feed();
    expect([status, headers.get('cache-control')]).toEqual([200, 'private, no-cache']);
    expect(Object.keys(body)).toEqual(['sessions', 'cutoffs', 'cursor', 'has_more', 'keep_for']);
    expect(body).toMatchObject({ sessions: [first], cutoffs: [], has_more: false, keep_for: 3600 });
    expect((await feed(`since=${body.cursor}`)).body).toEqual({ ...body, sessions: [] });
    const second = await endOne('second');
    expect((await feed(`since=${body.cursor}`)).body.sessions).toEqual([second]);
    expect((await feed()).body.sessions).toEqual([first, second]);
  });

  it('answers 304 to a known entity tag, also after a wait', async () => {
    const cursor = await cursorNow();
    const etag = the((await feed(`since=${cursor}`)).headers.get('etag') ?? undefined);
    const again = (query: string) =>
      service.client(basicOf('read')).send('GET', `${FEED}?${query}`, { headers: { 'if-none-match': etag } });
    const began = performance.now();
    expect(await again(`since=${cursor}&wait=1`)).toMatchObject({ status: 304, text: '' });
    expect(performance.now() - began).toBeGreaterThan(900);
    await endOne('tagged');
    expect((await again(`since=${cursor}`)).status).toBe(200);
  });

  it('answers every waiting reader as soon as a session ends', async () => {
    const cursor = await cursorNow();
    // The poll for earlier readers has since noticed what ended before.
    await seconds(1.1);
    const waiting = times(20, () => feed(`since=${cursor}&wait=30`));
    await seconds(0.2);
    const ended = await endOne('waited');
    const began = performance.now();
    const answers = await waiting;
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(new Set(answers.map(({ status, body }) => `${status} ${String(body.sessions)}`))).toEqual(
      new Set([`200 ${ended}`]),
    );
    expect((await feed(`since=${the(answers[0]).body.cursor}`)).body.sessions).toEqual([]);
  });

  it('loses no end of sessions that end while a reader reads and waits', async () => {
    let cursor = await cursorNow();
    const seen = new Set<string>();
    const over = new AbortController();
    const reader = (async () => {
      while (!over.signal.aborted) {
        const { body } = await feed(`since=${cursor}&wait=1`);
        for (const session of body.sessions) seen.add(session);
        cursor = body.cursor;
      }
    })();
    const ended = await times(30, (n) => endOne(`crowd-${n}`));
    await seconds(1.5);
    over.abort();
    await reader;
    expect([...seen].sort()).toEqual([...ended].sort());
  });

  it('names a cutoff, which ends earlier sign-ins and no later one, to those who begin and those who wait', async () => {
    const before = await login(service, 'none', 'cut');
    const cursor = await cursorNow();
    await seconds(1.1);
    const waiting = feed(`since=${cursor}&wait=30`);
    await seconds(0.2);
    const began = performance.now();
    await sessionsEnded(service.client(basicOf('admin')), { ClientId: 'cut' });
    const { body } = await waiting;
    expect(performance.now() - began).toBeLessThan(2_000);
    const [cutoff] = body.cutoffs as { number: number; auth_time_before: number }[];
    expect(body.cutoffs).toEqual([{ ...cutoff, client_id: 'cut' }]);
    expect((await feed()).body.cutoffs).toEqual(body.cutoffs);
    expect((await feed(`since=${body.cursor}`)).body.cutoffs).toEqual([]);
    const claims = decodeJwt(before.access);
    expect([claims['cutoffs_seen'], Number(claims['auth_time']) < the(cutoff).auth_time_before]).toEqual([
      undefined,
      true,
    ]);
    const after = await login(service, 'none', 'cut');
    expect(decodeJwt(after.access)['cutoffs_seen']).toBe(the(cutoff).number);
    expect(decodeJwt((await refresh(service, after)).access)['cutoffs_seen']).toBe(the(cutoff).number);
  });

  it('is for those who may introspect', async () => {
    expect((await service.client().get(FEED)).status).toBe(401);
    expect((await feed('', 'list')).status).toBe(403);
  });

  it.each([
    'since=x',
    'since=1-2',
    'since=1-2-1',
    'since=3-2-0-0',
    'since=-1-2-3-4',
    'since=1&since=2',
    'since=99999999999999999-1-1-0',
    'since=1-1-1-99999999999999999',
    'wait=31',
    'wait=-1',
    'wait=1.5',
    'wait=x',
  ])('refuses %s', async (query) => {
    expect((await feed(query)).status).toBe(400);
  });

  it('begins again for a cursor that is ahead of the database', async () => {
    const { body } = await feed();
    // Meanwhile the job may write the events of the sessions that the cutoff ended.
    const { cutoffs } = body as { cutoffs: unknown };
    expect((await feed('since=4000000000-4000000000-0-4000000000')).body).toMatchObject({ cutoffs });
  });

  it('limits the readers that wait, and forgets readers that disconnect', async () => {
    const { host, hostname, port } = new URL(service.url);
    /** The first answers to more readers than may wait. */
    const crowd = async (cursor: string): Promise<string[]> => {
      const request = `GET ${FEED}?since=${cursor}&wait=30 HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${basicOf('read')}\r\n\r\n`;
      const answers: string[] = [];
      const sockets = await times(MOST_READERS + 3, async () => {
        const socket = connect(Number(port), hostname);
        await once(socket, 'connect');
        socket.setEncoding('utf8').once('data', (text: string) => answers.push(text));
        socket.on('error', () => undefined).write(request);
        return socket;
      });
      while (answers.length < 3) await seconds(0.1);
      for (const socket of sockets) socket.destroy();
      return answers.slice(0, 3);
    };
    const areRefused = (answers: string[]): boolean =>
      answers.every((text) => /^HTTP.1.1 429 .*retry-after: 5\r\n/is.test(text));
    // News answers the readers once: the events of the sessions that the cutoff ended, which the job writes.
    expect(areRefused(await crowd(await cursorNow())) || areRefused(await crowd(await cursorNow()))).toBe(true);
    await seconds(0.5);
    expect((await feed(`since=${await cursorNow()}&wait=1`)).status).toBe(200);
  });

  it('does not hold up a stop', async () => {
    const waiting = feed(`since=${await cursorNow()}&wait=30`);
    await seconds(0.2);
    const began = performance.now();
    await service.end();
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(await waiting).toMatchObject({ status: 200, body: { sessions: [] } });
    await service.resume({});
  });
});

import type { INestApplication } from '@nestjs/common';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createResourceServer } from '../../examples/resource-server/src/application.js';
import { Settings } from '../../examples/resource-server/src/settings.js';
import { basicOf, Client, type Answer } from '../support/client.js';
import { databaseUrl, newData } from '../support/data.js';
import { register, runOn } from '../support/registry.js';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, keepSecret, login, revoke, seconds, sessionOf, times } from '../support/sessions.js';

const STATEMENT_LOG = join(import.meta.dirname, '../support/statement-log.mjs');
const END = `INSERT INTO audit_trail_entries (kind, actor, record_ids, session_id)
  SELECT 'session-ended', 'test', '{}', gen_random_uuid() FROM generate_series(1, $1) RETURNING session_id`;

describe('the feed of ended sessions on two replicas', () => {
  let replicas: [Service, Service];
  let server: INestApplication;
  let notes: Client;
  let database: pg.Client;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tessera-test-'));
    const dataDir = await newData();
    const first = await Service.startOn(dataDir, {
      NODE_OPTIONS: `--import ${STATEMENT_LOG}`,
      STATEMENT_LOG: join(folder, 'log'),
    });
    replicas = [first, await Service.startOn(dataDir, { PUBLIC_URL: first.url })];
    database = new pg.Client({ connectionString: databaseUrl(dataDir) });
    await database.connect();
    const settings = { AuthenticationMethod: 'client_secret_basic', Roles: 'Token-Introspect' };
    const { ClientSecret } = await runOn(first, 'CLIENT_MAKE_SECRET', await register(first, 'notes', settings));
    keepSecret(String(ClientSecret));
    const client = { id: 'notes', secret: String(ClientSecret) };
    server = await createResourceServer(new Settings(first.url, client, 'http://127.0.0.1'));
    await server.listen(0, '127.0.0.1');
  });
  afterAll(async () => {
    await server.close();
    await database.end();
    await replicas[1].end();
    await disposeWithoutLeaks(replicas[0]);
    rmSync(folder, { recursive: true });
  });

  const feed = (query = '', replica = 0): Promise<Answer> =>
    (replicas[replica] ?? replicas[0]).client(basicOf('read')).get(`/api/token/revocations?${query}`);
  const end = async (count: number, client = database): Promise<string[]> =>
    (await client.query<{ session_id: string }>(END, [count])).rows.map(({ session_id: session }) => session);

  it('a session that ends at one replica is soon dead at a resource server that follows the other', async () => {
    for (const client of ['a', 'b', 'c']) {
      const tokens = await login(replicas[1], 'none', client);
      notes = new Client(await server.getUrl(), `Bearer ${tokens.access}`);
      expect((await notes.get('/notes')).status).toBe(200);
      await revoke(replicas[1], tokens.refresh, client);
      while ((await notes.get('/notes')).status === 200) await seconds(0.02);
      expect((await feed()).body.sessions).toContain(sessionOf(tokens));
    }
  });

  it('gives an end with a higher id immediately, and one that commits later afterwards, on either replica', async () => {
    const { cursor } = (await feed()).body;
    const late = new pg.Client({ connectionString: databaseUrl(replicas[0].dataDir) });
    await late.connect();
    try {
      await late.query('BEGIN');
      const [lower] = await end(1, late);
      const higher = await end(2);
      const [{ body: first }, { body: other }] = await Promise.all([
        feed(`since=${cursor}`),
        feed(`since=${cursor}`, 1),
      ]);
      expect([first.sessions, other.sessions]).toEqual([higher, higher]);
      expect((await feed(`since=${first.cursor}`, 1)).body).toMatchObject({ sessions: [], cursor: first.cursor });
      const waiting = feed(`since=${first.cursor}&wait=20`, 1);
      await seconds(1.5);
      await late.query('COMMIT');
      expect((await waiting).body.sessions).toContain(lower);
      const { body: second } = await feed(`since=${other.cursor}`);
      expect(second.sessions).toContain(lower);
      expect((await feed(`since=${second.cursor}`, 1)).body.sessions).toEqual([]);
    } finally {
      await late.end();
    }
  });

  it('gives many ends in pages, each end once', async () => {
    const { cursor } = (await feed()).body;
    const ended = await end(25_000);
    const seen: string[] = [];
    for (let since = cursor as string, hasMore = true; hasMore;) {
      const { body } = await feed(`since=${since}`, seen.length > 0 ? 1 : 0);
      seen.push(...body.sessions);
      ({ cursor: since, has_more: hasMore } = body);
    }
    expect(seen).toEqual(ended);
  });

  it('leaves out ends whose access tokens have expired', async () => {
    const { rows } = await database.query(
      `UPDATE audit_trail_entries SET created_on = now() - interval '3 hours' WHERE kind = 'session-ended' RETURNING id`,
    );
    const recent = await end(1);
    expect(rows.length).toBeGreaterThan(25_000);
    expect((await feed()).body.sessions).toEqual(recent);
  });

  it('does not read the trail for each reader that waits', async () => {
    let cursor = (await feed()).body.cursor as string;
    const statements = () => readFileSync(join(folder, 'log'), 'utf8').split('"audit-ended-sessions"').length;
    const before = statements();
    const began = performance.now();
    for (let round = 0; round < 3; round++) {
      const waiting = times(100, () => feed(`since=${cursor}&wait=20`));
      await seconds(1);
      await end(1);
      const answers = await waiting;
      cursor = answers[0]?.body.cursor;
      expect(answers.filter(({ body }) => body.sessions.length === 0)).toEqual([]);
    }
    // One read each second, and one for each reader that comes after the end of its round, as some of the 300 do on a busy machine.
    expect(statements() - before).toBeLessThan((performance.now() - began) / 1_000 + 60);
  });
});

import { performance } from 'node:perf_hooks';
import { URLSearchParams } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { SERVICE, SETTINGS, signIn, tokensOf } from './side-by-side/contenders.mjs';
import { Databases, seeded, seedService } from './side-by-side/databases.mjs';
import { machine } from './side-by-side/report.mjs';
import { BenchSession } from './side-by-side/session.mjs';

// `npm run bench:cutoff -- --rows 1000000`: how long one request takes that ends all sessions, and whether either replica then accepts a token.

const ROUNDS = 7;
/** How many sessions have access tokens that are tried at both replicas. */
const TRIED = 50;
const USED = '/api/account';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const rows = Number(values.rows);

await BenchSession.run(async (session) => {
  console.log(`Starting a PostgreSQL with ${rows} sessions, and two replicas ...`);
  const databases = await Databases.start(session);
  const env = { ...SETTINGS, DATABASE_URL: await databases.create('cutoff') };
  await seedService(env, { rows, log: `${session.logs}/seed.log` });
  const replicas = [await session.start('replica-1', SERVICE, env), await session.start('replica-2', SERVICE, env)];
  const { sessions } = await seeded(env.DATABASE_URL, TRIED * ROUNDS);
  const tokens = await tokensOf(sessions);
  const database = new pg.Client({ connectionString: env.DATABASE_URL });
  await database.connect();
  session.onEnd(() => database.end());
  const [{ port }] = replicas;
  const took = [];
  const writes = [];
  for (let round = 0; round < ROUNDS; round++) {
    const accesses = await Promise.all(
      tokens.slice(round * TRIED, (round + 1) * TRIED).map((each) => refresh(port, each)),
    );
    const [{ bearer }] = await signIn(port, 1);
    await expectAll(replicas, accesses, 200);
    const began = performance.now();
    await create(port, bearer);
    const begun = performance.now();
    writes.push(begun - began);
    const { Ended: ended, IsEstimated: isEstimated } = await endAll(port, bearer);
    took.push(performance.now() - begun);
    await expectAll(replicas, accesses, 401);
    console.log(
      `${took.at(-1).toFixed(1)} ms for ${isEstimated ? 'about ' : ''}${ended} sessions; ${2 * TRIED} tokens refused`,
    );
    // Otherwise the next round would end nothing.
    await database.query('DELETE FROM session_cutoffs');
  }
  console.log(`\n${machine()}; PostgreSQL ${await databases.version()}`);
  console.log(`To end the sessions took ${spread(took)}; to create one record took ${spread(writes)}.`);
});

/** The median, the lowest and the highest of some times. */
function spread(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const [least, median, most] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((n) => sorted[n].toFixed(1));
  return `${median} ms (${least} to ${most}) in ${sorted.length} rounds`;
}

/** An ordinary write, to compare with. */
async function create(port, bearer) {
  const record = {
    ...{ Subject: 'bench@example.com', ClientId: 'bench', ExpiresOn: '2030-01-31T12:00:00Z' },
    ...{ ProtectedTicket: 'ticket', TicketHash: 'hash', TicketSalt: 'salt' },
  };
  const answer = await fetch(`http://127.0.0.1:${port}/api/sys/refreshtokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(record),
  });
  await answer.text();
  if (!answer.ok) throw new Error(`A record was not created: ${answer.status}`);
}

async function refresh(port, { token, clientId }) {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token, client_id: clientId });
  const answer = await fetch(`http://127.0.0.1:${port}/api/token`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`A seeded token was not redeemed: ${answer.status}`);
  return (await answer.json()).access_token;
}

/** Ends the sessions of everybody. */
async function endAll(port, bearer) {
  const answer = await fetch(`http://127.0.0.1:${port}/api/sys/refreshtokens/runcommand`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify({ Key: 'END_SESSIONS', Ids: [], Parameters: [{ Name: 'Everybody', Value: true }] }),
  });
  if (!answer.ok) throw new Error(`The sessions were not ended: ${answer.status}`);
  return (await answer.json()).Value;
}

/** Uses every token at every replica. All answers must have this status. */
async function expectAll(replicas, accesses, status) {
  for (const { port } of replicas) {
    for (const access of accesses) {
      const answer = await fetch(`http://127.0.0.1:${port}${USED}`, { headers: { authorization: `Bearer ${access}` } });
      await answer.text();
      if (answer.status !== status) throw new Error(`A token was answered with ${answer.status}, not ${status}.`);
    }
  }
}

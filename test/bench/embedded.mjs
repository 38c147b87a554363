import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FLOOR, RESOURCE, SERVICE, SETTINGS, contender, signIn } from './side-by-side/contenders.mjs';
import { readOptions } from './side-by-side/options.mjs';
import { BenchSession, report } from './side-by-side/session.mjs';
import { summary } from './side-by-side/statistics.mjs';

// `npm run bench:embedded`: the service on the database inside its process, compared with bare node:http on the same database; and the
// time from start to first answer.

const SCENARIOS = ['redeem', ...RESOURCE];
const AT_ONCE = 16;
const MEBIBYTE = 2 ** 20;

const { plan, records, isMarkdown } = readOptions({ full: 5_000, quick: 500 });
const folder = mkdtempSync(join(tmpdir(), 'tessera-bench-'));

await BenchSession.run(async (session) => {
  session.onEnd(() => rmSync(folder, { recursive: true, force: true }));
  console.log('Starting the service repeatedly ...');
  const inNewFolder = await startOften(session, (round) => join(folder, `new-${round}`));
  const inSameFolder = await startOften(session, () => join(folder, 'new-1'));
  const service = await startService(session, join(folder, 'service'));
  const most = Math.max(...plan.clientCounts);
  const clients = await signIn(service.port, most);
  console.log(`Writing ${records} records through the API ...`);
  await writeRecords(service.port, { first: most + 1, last: records, bearer: clients[0].bearer });
  await service.stop();
  cpSync(join(folder, 'service'), join(folder, 'floor'), { recursive: true });
  const target = { tokenPath: '/api/token', records, subjects: records - most };
  const server = await startService(session, join(folder, 'service'));
  const bare = await session.start('embedded-floor', FLOOR, { ...SETTINGS, DATA_DIR: join(folder, 'floor') });
  const figures = await session.measure(
    [
      contender('tessera', { server, scenarios: SCENARIOS, clients, ...target }),
      contender('floor', { server: bare, scenarios: SCENARIOS, clients, ...target }),
    ],
    { plan },
  );
  const about = {
    database: `embedded PostgreSQL, ${records} records`,
    method: `Median of ${plan.rounds} rounds of ${plan.seconds} s, after a warm-up, in turn; 'spread' is from the least to the most.`,
    notes: [startNote('a new folder', inNewFolder), startNote('an existing folder', inSameFolder)],
    plan,
    start: { inNewFolder, inSameFolder },
  };
  report('bench-embedded', { figures, about, isMarkdown });
});

function startService(session, dataDir) {
  return session.start('embedded', SERVICE, { ...SETTINGS, DATA_DIR: dataDir });
}

/** Starts and stops the service once per round. Returns the times until the first answer, and the memory at that moment. */
async function startOften(session, folderOf) {
  const starts = [];
  for (let round = 1; round <= plan.rounds; round++) {
    const server = await startService(session, folderOf(round));
    const { residentBytes } = await server.usage();
    starts.push({ startMs: server.startMs, residentBytes });
    await server.stop();
  }
  return {
    startMs: summary(starts.map(({ startMs }) => startMs)),
    residentBytes: summary(starts.map(({ residentBytes }) => residentBytes)),
  };
}

function startNote(place, { startMs: { median, min, max }, residentBytes }) {
  const [seconds, least, most] = [median, min, max].map((ms) => (ms / 1000).toFixed(2));
  const memory = Math.round(residentBytes.median / MEBIBYTE);
  return `From start to first answer in ${place}: ${seconds} s (${least}–${most}), then ${memory} MB.`;
}

/** The sessions of the clients have the first ids. The records have the ids from `first` to `last`. */
async function writeRecords(port, { first, last, bearer }) {
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const rest = { ClientId: 'bench-app', ExpiresOn: '2040-01-01T00:00:00Z', TicketHash: 'hash', TicketSalt: 'salt' };
  let next = first;
  const write = async () => {
    while (next <= last) {
      const id = next++;
      const own = { Subject: `user${id - first + 1}@example.com`, ProtectedTicket: `ticket ${id}` };
      const body = JSON.stringify({ ...rest, ...own });
      const answer = await fetch(`http://127.0.0.1:${port}/api/sys/refreshtokens`, { method: 'POST', headers, body });
      if (!answer.ok) throw new Error(`A record was not written: ${answer.status}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, write));
}

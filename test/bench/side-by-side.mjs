import { startContenders } from './side-by-side/contenders.mjs';
import { Databases } from './side-by-side/databases.mjs';
import { readOptions } from './side-by-side/options.mjs';
import { BenchSession, report } from './side-by-side/session.mjs';

// `npm run bench`: the service, its rivals and the floor, on one PostgreSQL, in one run.

const { plan, records, isMarkdown, baseline } = readOptions({ full: 100_000, quick: 20_000 });

await BenchSession.run(async (session) => {
  console.log('Starting a PostgreSQL, the service and its rivals ...');
  const databases = await Databases.start(session);
  const contenders = await startContenders(databases, {
    records,
    baseline,
    clients: Math.max(...plan.clientCounts),
    session,
  });
  await databases.settle();
  const figures = await session.measure(contenders, { plan, databaseUsage: () => databases.usage() });
  const about = {
    database: `PostgreSQL ${await databases.version()}, fsync and synchronous_commit on, ${records} tokens`,
    method: `Median of ${plan.rounds} rounds of ${plan.seconds} s, after a warm-up, in turn; 'spread' is from the least to the most.`,
    plan,
  };
  report('bench', { figures, about, isMarkdown });
});

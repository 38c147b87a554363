import { createRequire } from 'node:module';

// Loaded into every measured server, so that all servers are measured alike and all pay the same cost.

/** The packages of the server, which in another checkout are other copies. */
const require = createRequire(process.argv[1]);
const pg = require('pg');
// With this, a password costs nothing to check, so that only the rest of a sign-in is measured.
if (process.env.BENCH_FREE_PASSWORDS) require('@node-rs/argon2').verify = () => Promise.resolve(true);

const counts = { statements: 0, roundTrips: 0 };
const { _handleCommandComplete, _handleReadyForQuery } = pg.Client.prototype;

/** The database sends this message after each statement, BEGIN and COMMIT included. */
pg.Client.prototype._handleCommandComplete = function handleCommandComplete(message) {
  counts.statements++;
  return _handleCommandComplete.call(this, message);
};

/** The database sends this message after all queries of one write: one round trip. The connection handshake does not count. */
pg.Client.prototype._handleReadyForQuery = function handleReadyForQuery(message) {
  if (!this._connecting) counts.roundTrips++;
  return _handleReadyForQuery.call(this, message);
};

process.on('message', ({ ask }) => {
  if (ask !== 'usage') return;
  const { user, system } = process.cpuUsage();
  const memory = { residentBytes: process.memoryUsage.rss(), peakBytes: process.resourceUsage().maxRSS * 1024 };
  process.send({ usage: { ...counts, cpuMs: (user + system) / 1000, ...memory } });
});

process.on('disconnect', () => process.exit());

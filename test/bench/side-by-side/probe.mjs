import { createRequire } from 'node:module';

// Loaded into every measured server, so that all servers are measured alike and all pay the same cost.

/** The driver of the server, which in another checkout is another copy. */
const pg = createRequire(process.argv[1])('pg');

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
  process.send({ usage: { ...counts, cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss() } });
});

process.on('disconnect', () => process.exit());

import pg from 'pg';

// Loaded before a server that is measured, whichever it is, so that all are measured alike. What it costs, all pay.

const counts = { statements: 0, roundTrips: 0 };
const { _handleCommandComplete, _handleReadyForQuery } = pg.Client.prototype;

/** The database says so of each statement it has done, BEGIN and COMMIT among them. */
pg.Client.prototype._handleCommandComplete = function handleCommandComplete(message) {
  counts.statements++;
  return _handleCommandComplete.call(this, message);
};

/** The database says so when it has answered all that was asked at once: that was a round trip. Connecting is none. */
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

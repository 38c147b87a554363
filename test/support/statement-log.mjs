import { appendFileSync } from 'node:fs';
import pg from 'pg';
import pgUtils from 'pg/lib/utils.js';

// Loaded into the service (`--import`), it writes each statement that the service sends, with its parameters, to STATEMENT_LOG.
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (config, ...rest) {
  const { name, text, values } = typeof config === 'string' ? { text: config, values: rest[0] } : config;
  if (text) appendFileSync(process.env.STATEMENT_LOG, `${JSON.stringify({ name, text, values: listOf(values) })}\n`);
  return query.call(this, config, ...rest);
};

/** The values as the driver would write them into the statement. */
function listOf(values) {
  return (values ?? []).map((value) => literalOf(pgUtils.prepareValue(value)));
}

function literalOf(value) {
  return value === null || value === undefined ? 'NULL' : pg.escapeLiteral(String(value));
}

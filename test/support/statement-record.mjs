import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { CACHE } from './fixtures.mjs';

const LIST = join(import.meta.dirname, '../../docs/statements.sql');
/** The names of the statements that the services of a run sent. Each run creates the folder again. */
const RECORD = join(CACHE, 'sent-statements');

/** The names of all prepared statements, from the list that is made from the code. */
export function namesInCode() {
  const list = readFileSync(LIST, 'utf8');
  return [...list.matchAll(/^-- name: ([a-z-]+)\n(?!-- not prepared)/gm)].map(([, name]) => name);
}

/** The names of the statements that were recorded. */
export function recordedNames() {
  return new Set(existsSync(RECORD) ? readFileSync(RECORD, 'utf8').split('\n') : []);
}

/** Records the name of each prepared statement that this process sends from now on, in the suites that have the shared data. */
export function recordStatements() {
  if (!existsSync(CACHE)) return;
  const seen = new Set();
  const { query } = pg.Client.prototype;
  pg.Client.prototype.query = function (config, ...rest) {
    const name = config?.name;
    if (name && !seen.has(name)) {
      seen.add(name);
      appendFileSync(RECORD, `${name}\n`);
    }
    return query.call(this, config, ...rest);
  };
}

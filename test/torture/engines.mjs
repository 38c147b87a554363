import { PGlite } from '@electric-sql/pglite';
import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { QUICK_START, SECRET } from '../support/fixtures.mjs';
import { newFolder, removeFolder } from './leftovers.mjs';
import { PostgresServer } from './postgres.mjs';

const ADD_USERS = new URL('../support/global-setup.mjs', import.meta.url).href;
const TEMPLATE = 'tessera_torture';
/** The files of the table of sessions, its indexes and its long values, below the folder of the database. */
const SESSION_FILES = `SELECT pg_relation_filepath(i.oid) AS path FROM pg_class t
  JOIN pg_class i ON i.oid IN (t.oid, t.reltoastrelid)
    OR i.oid IN (SELECT indexrelid FROM pg_index WHERE indrelid IN (t.oid, t.reltoastrelid))
  WHERE t.oid = 'refresh_tokens'::regclass`;
const COMMON = { PUBLIC_URL: 'http://tessera.test' };

/** The embedded database: one process, with its data in a folder. Each scenario starts with a copy of a folder with the fixture users. */
export class EmbeddedEngine {
  name = 'embedded';
  replicas = 1;
  #image = newFolder();
  #original;
  #sessionFiles;

  /** Begins with a copy of this folder, which `makeImage` made; without one the engine makes the database itself. */
  constructor(original) {
    this.#original = original;
  }

  async prepare() {
    if (this.#original) cpSync(this.#original, this.#image, { recursive: true });
    else await makeImage(this.#image);
  }

  /** Paths of the files of the table of sessions, below the folder of the database: the same in every copy. */
  async sessionFiles() {
    if (this.#sessionFiles) return this.#sessionFiles;
    const database = await PGlite.create(join(this.#image, 'database'));
    const { rows } = await database.query(SESSION_FILES);
    await database.close();
    this.#sessionFiles = rows.map(({ path }) => path);
    return this.#sessionFiles;
  }

  /** Data for a scenario: the settings that name the data, and a function that removes it. */
  async newData() {
    const folder = newFolder();
    cpSync(this.#image, folder, { recursive: true });
    const dispose = async () => removeFolder(folder);
    return { folder, environment: { ...COMMON, DATA_DIR: folder }, dispose };
  }

  async dispose() {
    removeFolder(this.#image);
  }
}

/** A PostgreSQL server of our own, with two processes of the service on it. */
export class PostgresEngine {
  name = 'postgres';
  replicas = 2;
  #databases = 0;

  async prepare() {
    this.server = await PostgresServer.create();
    await this.makeTemplate();
  }

  /** The database that every scenario copies at its start. */
  async makeTemplate() {
    await this.server.query(`CREATE DATABASE ${TEMPLATE}`);
    await addUsers(this.#environment(TEMPLATE));
  }

  /** The data for a scenario: a copy of the template database. */
  async newData() {
    const database = `scenario_${++this.#databases}`;
    await this.server.query(`CREATE DATABASE ${database} TEMPLATE ${TEMPLATE}`);
    // Without it a copied sequence writes nothing to the WAL for its next values, up to 32. PostgreSQL 15 forgets these values when the
    // server crashes or fails over before they are used up, and gives them out again.
    await this.server.query('CHECKPOINT');
    const dispose = () => this.server.query(`DROP DATABASE ${database} WITH (FORCE)`);
    return { database, environment: this.#environment(database), dispose };
  }

  /** The settings that lead the service to a database. */
  url(database) {
    return this.server.url(database);
  }

  async dispose() {
    await this.server?.dispose();
  }

  #environment(database) {
    return { ...COMMON, DATABASE_URL: this.url(database), TESSERA_SECRET: SECRET };
  }
}

/** Makes the embedded database with the fixture users in a folder. */
export function makeImage(folder) {
  return addUsers({ DATA_DIR: folder });
}

/** Makes the database and the fixture users, in a process of its own. */
async function addUsers(settings) {
  const script = `import(${JSON.stringify(ADD_USERS)}).then(({ addUsers }) => addUsers())`;
  const env = { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...settings };
  await promisify(execFile)(process.execPath, [...QUICK_START, '-e', script], { env });
}

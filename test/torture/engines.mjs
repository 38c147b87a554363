import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SECRET } from '../support/fixtures.mjs';
import { PostgresServer } from './postgres.mjs';

const ADD_USERS = new URL('../support/global-setup.mjs', import.meta.url).href;
const TEMPLATE = 'tessera_torture';
const COMMON = { PUBLIC_URL: 'http://tessera.test' };

/** The embedded database: one process, its data in a folder. Each scenario begins with a copy of one with the fixture users. */
export class EmbeddedEngine {
  name = 'embedded';
  replicas = 1;
  #image = mkdtempSync(join(tmpdir(), 'tessera-torture-'));

  async prepare() {
    addUsers({ DATA_DIR: this.#image });
  }

  /** Data for a scenario: the settings that name it, and how to get rid of it. */
  async newData() {
    const folder = mkdtempSync(join(tmpdir(), 'tessera-torture-'));
    cpSync(this.#image, folder, { recursive: true });
    const dispose = async () => rmSync(folder, { recursive: true, force: true });
    return { folder, environment: { ...COMMON, DATA_DIR: folder }, dispose };
  }

  async dispose() {
    rmSync(this.#image, { recursive: true, force: true });
  }
}

/** A PostgreSQL server of our own, with two processes of the service on it. */
export class PostgresEngine {
  name = 'postgres';
  replicas = 2;
  #databases = 0;

  async prepare() {
    this.server = await PostgresServer.create();
    await this.server.query(`CREATE DATABASE ${TEMPLATE}`);
    addUsers(this.#environment(TEMPLATE));
  }

  /** As of the embedded engine. */
  async newData() {
    const database = `scenario_${++this.#databases}`;
    await this.server.query(`CREATE DATABASE ${database} TEMPLATE ${TEMPLATE}`);
    const dispose = () => this.server.query(`DROP DATABASE ${database} WITH (FORCE)`);
    return { database, environment: this.#environment(database), dispose };
  }

  async dispose() {
    await this.server?.dispose();
  }

  #environment(database) {
    return { ...COMMON, DATABASE_URL: this.server.url(database), TESSERA_SECRET: SECRET };
  }
}

/** Makes the database and the fixture users, in a process of its own. */
function addUsers(settings) {
  const script = `import(${JSON.stringify(ADD_USERS)}).then(({ addUsers }) => addUsers())`;
  const env = { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...settings };
  execFileSync(process.execPath, ['-e', script], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

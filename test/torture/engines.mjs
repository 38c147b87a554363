import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { promisify } from 'node:util';
import { SECRET } from '../support/fixtures.mjs';
import { newFolder, removeFolder } from './leftovers.mjs';
import { PostgresServer } from './postgres.mjs';

const ADD_USERS = new URL('../support/global-setup.mjs', import.meta.url).href;
const TEMPLATE = 'tessera_torture';
const COMMON = { PUBLIC_URL: 'http://tessera.test' };

/** The embedded database: one process, its data in a folder. Each scenario begins with a copy of one with the fixture users. */
export class EmbeddedEngine {
  name = 'embedded';
  replicas = 1;
  #image = newFolder();

  async prepare() {
    await addUsers({ DATA_DIR: this.#image });
  }

  /** Data for a scenario: the settings that name it, and how to get rid of it. */
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

  /** The database that each scenario begins with a copy of. */
  async makeTemplate() {
    await this.server.query(`CREATE DATABASE ${TEMPLATE}`);
    await addUsers(this.#environment(TEMPLATE));
  }

  /** As of the embedded engine. */
  async newData() {
    const database = `scenario_${++this.#databases}`;
    await this.server.query(`CREATE DATABASE ${database} TEMPLATE ${TEMPLATE}`);
    const dispose = () => this.server.query(`DROP DATABASE ${database} WITH (FORCE)`);
    return { database, environment: this.#environment(database), dispose };
  }

  /** Where the service finds a database. */
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

/** Makes the database and the fixture users, in a process of its own. */
async function addUsers(settings) {
  const script = `import(${JSON.stringify(ADD_USERS)}).then(({ addUsers }) => addUsers())`;
  const env = { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...settings };
  await promisify(execFile)(process.execPath, ['-e', script], { env });
}

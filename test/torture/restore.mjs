import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { USERS } from '../support/fixtures.mjs';
import { newFolder, removeFolder } from './leftovers.mjs';
import { found } from './population.mjs';
import { readRefreshToken } from './tokens.mjs';

const TOKEN = '/api/token';
const RESOURCE = '/api/sys/refreshtokens';
/** The number of clients of each kind. */
const EACH = 4;
const [USER] = USERS;
/** Longer than a backup and a restore take. */
const REFUSED_WITHIN_MS = 120_000;
const GOES_ON_WITHIN_MS = 60_000;

/**
 * A backup is taken while clients sign in and refresh. Later the backup is restored while they continue. A client that did nothing since the
 * backup continues. A token that is newer than the backup is refused, without ending the session: a new login continues the session. A session
 * that ended after the backup is back, as docs/reliability.md says, and can be ended again, for good.
 */
export async function restore(context) {
  const { report } = context;
  const place = await found(context);
  const { world, service, dispose } = place;
  const backup = context.engine.server ? new PostgresBackup(place, context) : new EmbeddedBackup(place);
  try {
    const clients = (kind) => Array.from({ length: EACH }, (_, n) => new Client(world, `${kind}-${n}`));
    const kinds = ['idle', 'busy', 'refreshed', 'ended', 'again', 'new'];
    const [idle, busy, refreshed, ended, again, newcomers] = kinds.map(clients);
    const all = (group, act) => Promise.all(group.map((client) => client[act]()));
    for (const group of [idle, busy, refreshed, ended, again]) await all(group, 'login');
    const going = all(busy, 'refreshUntilRefused');
    await backup.take();
    await all(busy, 'mustGoOn');
    for (const act of ['refresh', 'refresh', 'refresh']) await all(refreshed, act);
    await Promise.all([all(ended, 'end'), all(again, 'login'), all(newcomers, 'login')]);
    // The clients continue their requests while the service is stopped.
    const meanwhile = all(idle, 'read');
    await Promise.all(service.map((replica) => replica.stop()));
    await backup.restore();
    await Promise.all(service.map((replica) => replica.start()));
    await meanwhile;
    await going;
    await all(idle, 'refresh');
    for (const group of [busy, refreshed, again]) await all(group, 'mustBeAhead');
    await all(ended, 'mustBeBack');
    await all(newcomers, 'mustBeUnknown');
    report.count('restores');
  } finally {
    backup.dispose();
    await dispose();
  }
}

class Client {
  constructor(world, name) {
    Object.assign(this, { world, name });
    this.history = world.history(name);
    this.refreshes = 0;
  }

  async login() {
    const form = { grant_type: 'password', username: USER.email, password: USER.password };
    this.#keep(await this.#ask({ method: 'POST', path: TOKEN, form }));
  }

  async refresh() {
    const answer = await this.#redeem(this.token);
    if (answer.status !== 200) this.#violate(`a session is lost: ${answer.text}`);
    else this.#keep(answer);
  }

  /** Refreshes without a pause until the database is restored and therefore refuses the token. */
  async refreshUntilRefused() {
    const deadline = performance.now() + REFUSED_WITHIN_MS;
    let answer = await this.#redeem(this.token);
    while (answer.status === 200) {
      if (performance.now() > deadline) throw new Error('A client that went on was never refused.');
      this.#keep(answer);
      this.refreshes++;
      answer = await this.#redeem(this.token);
    }
  }

  /** Waits until the client has a token that it asked for after this call. */
  async mustGoOn() {
    const enough = this.refreshes + 2;
    const deadline = performance.now() + GOES_ON_WITHIN_MS;
    while (this.refreshes < enough) {
      if (performance.now() > deadline) throw new Error('A client does not get on after the backup.');
      await pause(10);
    }
  }

  async end() {
    await this.#ask({ method: 'POST', path: '/api/token/revoke', form: { token: this.token } });
  }

  async read() {
    if ((await this.#use()).status !== 200) this.#violate('an access token of a living session is refused');
  }

  /** The token is newer than its record: the token is refused, and the session lives. */
  async mustBeAhead() {
    const session = this.#session;
    for (let n = 0; n < 2; n++) {
      if ((await this.#redeem(this.token)).status === 200) this.#violate('a token from after the backup was redeemed');
    }
    await this.read();
    const old = this.token;
    await this.login();
    if (this.#session !== session) this.#violate('a session was ended by a token that was newer than its record');
    // The new login skips the generations that were issued before the restore. Otherwise it could issue the same tokens again.
    await this.#redeem(old);
    await this.refresh();
  }

  /** The session ended after the backup: it is back, and can be ended again. */
  async mustBeBack() {
    await this.read();
    await this.refresh();
    await this.end();
    const isOver = (await this.#use()).status === 401 && (await this.#redeem(this.token)).status === 400;
    if (!isOver) this.#violate('a session that came back could not be ended');
  }

  /** The session began after the backup: the database does not know it, and another session may have its Id by now. */
  async mustBeUnknown() {
    const old = this.token;
    if ((await this.#use()).status !== 401) this.#violate('an access token of an unknown session is accepted');
    await this.login();
    if ((await this.#redeem(old)).status === 200) this.#violate('a token of an unknown session was redeemed');
    await this.refresh();
  }

  get #session() {
    return readRefreshToken(this.token).session;
  }

  #keep({ body }) {
    this.token = body.refresh_token;
    this.access = body.access_token;
  }

  #redeem(token) {
    return this.#ask({ method: 'POST', path: TOKEN, form: { grant_type: 'refresh_token', refresh_token: token } });
  }

  #use() {
    return this.#ask({ path: `${RESOURCE}?size=1`, headers: { authorization: `Bearer ${this.access}` } });
  }

  #ask(request) {
    const headers = { client_id: this.name, ...request.headers };
    return this.world.askUntilAnswered(this.history, { ...request, headers });
  }

  #violate(what) {
    this.world.report.violate('a restored backup ends no session by mistake', `${this.name}: ${what}`, this.history);
  }
}

/** A copy of the data folder, taken while the service is stopped. */
class EmbeddedBackup {
  #copy = newFolder();

  constructor({ data, service }) {
    Object.assign(this, { data, service });
  }

  async take() {
    await this.service[0].stop('SIGTERM');
    cpSync(this.data.folder, this.#copy, { recursive: true });
    await this.service[0].start();
  }

  async restore() {
    rmSync(this.data.folder, { recursive: true });
    cpSync(this.#copy, this.data.folder, { recursive: true });
  }

  dispose() {
    removeFolder(this.#copy);
  }
}

/** A dump, taken while the service runs. */
class PostgresBackup {
  constructor({ data }, { engine }) {
    Object.assign(this, { database: data.database, server: engine.server });
    this.file = join(this.server.folder, `${this.database}.dump`);
  }

  async take() {
    await this.server.run('pg_dump', ['--format=custom', '--file', this.file, this.server.url(this.database)]);
  }

  async restore() {
    await this.server.query(`DROP DATABASE ${this.database} WITH (FORCE)`);
    await this.server.query(`CREATE DATABASE ${this.database}`);
    await this.server.run('pg_restore', ['--dbname', this.server.url(this.database), this.file]);
  }

  dispose() {
    rmSync(this.file, { force: true });
  }
}

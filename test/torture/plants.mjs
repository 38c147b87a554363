import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBundle } from '../../.ci/bundle.mjs';

const DIST = new URL('../../dist', import.meta.url).pathname;
/** Below the repository, so that the programs find their packages, and not where the suites begin by deleting what an earlier run made. */
const FOLDER = new URL('../../node_modules/.cache/tessera-planted/', import.meta.url).pathname;

/** Faults that the harness must find: code that runs before the service and changes its behaviour. */
const PLANTS = {
  'answer before commit': `
    import pg from 'pg';
    const ask = pg.Pool.prototype.query;
    pg.Pool.prototype.query = async function (query) {
      if (query.text.startsWith('SELECT')) return ask.call(this, query);
      const client = await this.connect();
      const end = (what) => client.query(what).then(() => client.release(), (error) => client.release(error));
      await client.query('BEGIN');
      try {
        const result = await client.query(query);
        setTimeout(end, 30, 'COMMIT');
        return result;
      } catch (error) {
        await end('ROLLBACK');
        throw error;
      }
    };`,

  'forget the family': `
    import { StatementsService } from './database/statements.service.js';
    const { run } = StatementsService.prototype;
    StatementsService.prototype.run = function (statement, ...others) {
      return statement.name === 'session-end-replayed' ? Promise.resolve([{}]) : run.call(this, statement, ...others);
    };`,

  'a retry window that never ends': `
    process.env.REFRESH_RETRY_WINDOW = '300';`,

  'skip the guard on one route': `
    import { RolesGuard } from './access/roles.guard.js';
    const { canActivate } = RolesGuard.prototype;
    RolesGuard.prototype.canActivate = function (context) {
      return context.getHandler().name === 'getMany' || canActivate.call(this, context);
    };`,

  'find, then update': `
    import { statement } from './database/statement.js';
    import { RotationsService } from './sessions/rotations.service.js';
    import { digestTicket } from './sessions/ticket-digest.js';
    const find = statement({
      name: 'find',
      parameters: { id: 'bigint', generation: 'bigint' },
      text: 'SELECT FROM refresh_tokens WHERE id = :id AND generation = :generation',
    });
    const update = statement({
      name: 'update',
      parameters: { id: 'bigint' },
      text: \`UPDATE refresh_tokens t SET generation = t.generation + 1, rotated_on = now()
        WHERE id = :id RETURNING t.id, t.unique_id AS "uniqueId", t.generation, t.subject, t.client_id AS "clientId",
          t.auth_time AS "authTime", t.amr, now() AS now\`,
    });
    const store = statement({
      name: 'store',
      parameters: { id: 'bigint', salt: 'text', hash: 'text' },
      text: 'UPDATE refresh_tokens SET ticket_salt = :salt, ticket_hash = :hash WHERE id = :id',
    });
    RotationsService.prototype.rotate = async function ({ claims: { id, generation } }) {
      const { statements } = this.redemptions;
      const found = await statements.run(find, { id, generation });
      if (found.length === 0) return undefined;
      // As long as a round trip to a server, which the embedded database does not have.
      await new Promise((resolve) => setTimeout(resolve, 5));
      const [session] = await statements.run(update, { id });
      const refreshToken = this.codec.encode(session);
      const { salt, hash } = digestTicket(refreshToken);
      await statements.run(store, { id, salt, hash });
      return { ...session, refreshToken };
    };`,

  // This fault excuses a thief who refreshes without pause: there is always a rotation after the victim's request.
  'the age of any rotation': `
    import { StatementsService } from './database/statements.service.js';
    const { run } = StatementsService.prototype;
    const own = /\\[(t\\.generation - \\$\\d+::bigint)\\]/;
    StatementsService.prototype.run = function (statement, ...others) {
      if (statement.name !== 'session-diagnose') return run.call(this, statement, ...others);
      if (!own.test(statement.text)) throw new Error('The fault does not fit the statement.');
      const text = statement.text.replace(own, '[least(1, $1)]');
      return run.call(this, { ...statement, text }, ...others);
    };`,

  'hanging up excuses': `
    import { RedemptionService } from './sessions/redemption.service.js';
    const { end } = RedemptionService.prototype;
    RedemptionService.prototype.end = function (session, token, reason) {
      if (token.isAbandoned) return this.refuse(session, 'superseded-in-flight', token.origin);
      return end.call(this, session, token, reason);
    };`,

  // The end names the generation that was judged, so a thief who keeps rotating escapes the end.
  'an end that can be outrun': `
    import { StatementsService } from './database/statements.service.js';
    import { RedemptionService } from './sessions/redemption.service.js';
    const { end } = RedemptionService.prototype;
    RedemptionService.prototype.end = async function (session, token, reason) {
      // As long as a round trip to a busy server, which the embedded database does not have.
      await new Promise((resolve) => setTimeout(resolve, 100));
      const claims = { ...token.claims, generation: session.generation };
      return end.call(this, session, { ...token, claims }, reason);
    };
    const { run } = StatementsService.prototype;
    const presented = /first_generation <= (\\$\\d+) AND generation > \\1/;
    StatementsService.prototype.run = function (statement, ...others) {
      if (statement.name !== 'session-end-replayed') return run.call(this, statement, ...others);
      if (!presented.test(statement.text)) throw new Error('The fault does not fit the statement.');
      const text = statement.text.replace(presented, 'generation = $1');
      return run.call(this, { ...statement, text }, ...others);
    };`,

  'an edit that lengthens': `
    import { statement } from './database/statement.js';
    import { RefreshTokensService } from './refresh-tokens/refresh-tokens.service.js';
    const { update } = RefreshTokensService.prototype;
    const lengthen = statement({
      name: 'lengthen',
      parameters: { id: 'bigint', expiresOn: 'timestamptz' },
      text: 'UPDATE refresh_tokens SET expires_on = :expiresOn WHERE id = :id AND issued',
    });
    RefreshTokensService.prototype.update = async function (change, ...others) {
      const write = await update.call(this, change, ...others);
      await this.records.statements.run(lengthen, { id: change.Id, expiresOn: change.ExpiresOn });
      return write;
    };`,

  // An expiry in the past has ended the session. This fault lets another edit turn the record into a session again.
  'an edit that revives': `
    import { statement } from './database/statement.js';
    import { RefreshTokensService } from './refresh-tokens/refresh-tokens.service.js';
    const { update } = RefreshTokensService.prototype;
    const revive = statement({
      name: 'revive',
      parameters: { id: 'bigint', expiresOn: 'timestamptz' },
      text: 'UPDATE refresh_tokens SET expires_on = :expiresOn, issued = true WHERE id = :id AND generation > 0',
    });
    RefreshTokensService.prototype.update = async function (change, ...others) {
      const write = await update.call(this, change, ...others);
      const given = { id: change.Id, expiresOn: change.ExpiresOn };
      if (change.ExpiresOn > new Date()) await this.records.statements.run(revive, given);
      return write;
    };`,

  'a throttle that counts after hashing': `
    import { GuessLimitsService } from './users/guess-limits.service.js';
    const { reserve } = GuessLimitsService.prototype;
    GuessLimitsService.prototype.reserve = async function (guess) {
      const reservation = await reserve.call(this, guess);
      await this.giveBack(reservation);
      setTimeout(() => reserve.call(this, guess).catch(() => undefined), 200);
      return reservation;
    };`,

  // The cutoff spares the sessions that were refreshed since, because a refresh notes the cutoffs that it saw.
  'a cutoff that a refresh outlives': `
    import { statement } from './database/statement.js';
    import { RotationsService } from './sessions/rotations.service.js';
    const note = statement({
      name: 'note',
      parameters: { id: 'bigint' },
      text: 'UPDATE refresh_tokens SET cutoffs_seen = (SELECT max(id) FROM session_cutoffs) WHERE id = :id AND issued',
    });
    const { rotate } = RotationsService.prototype;
    RotationsService.prototype.rotate = async function (token) {
      await this.redemptions.statements.run(note, { id: token.claims.id });
      return rotate.call(this, token);
    };`,

  'a window for lost answers that nothing closes': `
    import { StatementsService } from './database/statements.service.js';
    const { run } = StatementsService.prototype;
    StatementsService.prototype.run = function (statement, ...others) {
      return statement.name === 'session-confirm' ? Promise.resolve([]) : run.call(this, statement, ...others);
    };`,
};

/**
 * Makes a program of the service for each planted fault, and returns the files by the names of the faults. The programs are bundled together:
 * they share everything but the faults.
 */
export async function plantAll() {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const programs = Object.keys(PLANTS).map((name) => [name, name.replaceAll(/\W+/g, '-')]);
  for (const [name, file] of programs) {
    const program = `${PLANTS[name]}\nconst { serve } = await import('./serve.js');\nawait serve();\n`;
    writeFileSync(join(FOLDER, `${file}.js`), program.replaceAll("'./", `'${DIST}/`));
  }
  await makeBundle(Object.fromEntries(programs.map(([, file]) => [file, join(FOLDER, `${file}.js`)])), FOLDER);
  return new Map(programs.map(([name, file]) => [name, join(FOLDER, `${file}.mjs`)]));
}

import { randomUUID } from 'node:crypto';
import { isUnknown, mayBeDone } from './world.mjs';
import { readRefreshToken } from './tokens.mjs';

const RESOURCE = '/api/sys/refreshtokens';
/** A busy machine sometimes stalls a process, so some replays may be excused without a freeze. */
const EXCUSED_BY_CHANCE = 5;

/** How a session of a client is ended on purpose, and what must be true afterwards. */
export class SessionEnds {
  /** The ways that are tried first. */
  #due = ['expire'];

  constructor(client) {
    this.client = client;
  }

  /** Ends the session in one of several ways, sometimes while a refresh is under way. */
  async end() {
    const { client } = this;
    const way = this.#due.shift() ?? client.random.pick(['refresh', 'access', 'record', 'edit', 'expire']);
    const request = way === 'expire' ? await client.edits.expiring() : this.#requestOf(way);
    const isRace = client.random.chance(0.3);
    const [answer, refreshed] = await Promise.all([
      client.ask(request),
      isRace ? client.redeem(client.token) : undefined,
    ]);
    if (refreshed?.status === 200) client.rotate(refreshed.body);
    if (isUnknown(answer)) {
      client.alive = mayBeDone(answer) ? new Set([true, false]) : new Set([true]);
      if (client.alive.size > 1) await this.find();
      // The result of the refresh is unknown, so the client signs in.
      if (isRace && client.isAlive && refreshed.status !== 200) await client.login();
      return;
    }
    if (answer.status !== 200) client.violate('a session can be ended', `${answer.status} ${answer.text}`);
    else {
      if (way === 'expire') await client.edits.revive(request);
      await this.#isOver();
    }
  }

  /**
   * Presents an older token again, which ends the session, whether a thief or the victim did so. An exception: a process that was stalled
   * may read a request that arrived before the token was superseded. That request ends nothing, and the audit trail says so. `isPrevious`:
   * the token is the previous one, the retry window has ended, and the current token is confirmed.
   */
  async replay({ isPrevious = false } = {}) {
    const { client } = this;
    const { report } = client.world;
    const old = isPrevious ? client.used.slice(-1) : client.used.slice(0, -1);
    if (old.length === 0) return client.refresh();
    report.count(isPrevious ? 'replays_after_window' : 'replays');
    const requestId = randomUUID();
    const answer = await client.redeem(client.random.pick(old), { headers: { 'x-request-id': requestId } });
    if (answer.status === 200) return client.violate('no token works twice', 'a replayed token was redeemed');
    if (!isUnknown(answer)) {
      if (!(await this.#wasExcused(requestId))) return this.#isOver();
      report.count('replays_excused');
      const { replays = 0, replays_after_window: late = 0, replays_excused: excused } = report.figures;
      if (excused > EXCUSED_BY_CHANCE + (replays + late) / 10)
        client.violate('a replay ends the session', `${excused} of ${replays + late} did not`);
      return undefined;
    }
    client.alive = new Set([true, false]);
    return this.find();
  }

  /** Whether the audit trail says that the token was superseded while its request was under way. */
  async #wasExcused(requestId) {
    const { client } = this;
    const query = `AuditTrailEntry_RequestId=${requestId}&AuditTrailEntry_Reason=superseded-in-flight`;
    const request = { path: `/api/sys/audittrailentries?${query}`, headers: { authorization: client.world.admin } };
    return (await client.world.askUntilAnswered(client.history, request)).body.TotalItems > 0;
  }

  /** The answer to an end was lost: the next read shows whether the session ended. */
  async find() {
    const { client } = this;
    const token = client.access.at(-1);
    let answer;
    do answer = await client.use(token);
    while (isUnknown(answer));
    if (answer.status !== 200) return this.#isOver();
    client.alive = new Set([true]);
    client.world.report.count('ends_not_done');
  }

  /** From now on nothing of the session may answer. */
  async #isOver() {
    const { client } = this;
    client.alive = new Set([false]);
    client.graveyard.enter(client.session);
    client.world.report.count('ends');
    const [access, token] = [client.access.at(-1), client.token];
    client.bury();
    for (const dead of [...client.used, token]) client.graveyard.bury('refresh', dead, client);
    client.used = [];
    client.token = undefined;
    const used = await client.use(access);
    if (!isUnknown(used) && used.status !== 401)
      client.violate('an ended session never answers', `its access token was answered with ${used.status}`);
    const redeemed = await client.redeem(token);
    if (!isUnknown(redeemed) && redeemed.body?.error !== 'invalid_grant')
      client.violate('an ended session never answers', `its refresh token was answered with ${redeemed.status}`);
  }

  #requestOf(way) {
    const { token, access, random, world } = this.client;
    const { id } = readRefreshToken(token);
    const headers = { authorization: world.admin };
    switch (way) {
      case 'refresh':
        return { method: 'POST', path: '/api/token/revoke', form: { token } };
      case 'access':
        return { method: 'POST', path: '/api/token/revoke', form: { token: random.pick(access) } };
      case 'record':
        return { method: 'DELETE', path: `${RESOURCE}/${id}`, headers };
      default:
        return {
          method: 'PUT',
          path: RESOURCE,
          headers,
          json: {
            Id: id,
            Subject: 'moved@example.com',
            ClientId: 'moved',
            ExpiresOn: '2030-01-31T12:00:00Z',
            ProtectedTicket: 'moved',
            TicketHash: 'moved',
            TicketSalt: 'moved',
          },
        };
    }
  }
}

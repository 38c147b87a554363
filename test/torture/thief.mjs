import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { StolenSession } from './stolen-session.mjs';
import { isUnknown } from './world.mjs';

/** The victim's refreshes before its token is stolen, and the refreshes of one party before the other presents its token. */
const REFRESHES = { fewest: 0, most: 3 };
const LEAD = { fewest: 2, most: 7 };
const LOCKSTEPS = { fewest: 2, most: 6 };
/** How many replays an attack may need to end the session: the service may excuse some (see `StolenSession`). */
const REPLAYS = 5;
/** This long after the retry window, a token is certainly older than the window, and a confirmation has been stored. */
const MARGIN_MS = 2_500;
/** An address in 198.18.0.0/15, which is reserved for network tests. No other client of the harness has such an address. */
const NETWORK = '198.18';

/**
 * A user and a thief who has a copy of the user's refresh token, repeatedly. Each step is one theft, in one of the ways that thieves are
 * known to use. The step ends when the theft was detected; then no token of the session may be valid.
 */
export class Theft {
  /** `hasAddresses`: whether the service accepts the addresses that the harness forwards. */
  constructor(world, graveyard, user, { name, ways, hasAddresses = false }) {
    Object.assign(this, { world, graveyard, user, name, ways, hasAddresses });
    this.random = world.random.fork(name);
    this.history = world.history(name);
  }

  async step() {
    const session = new StolenSession(this.world, this.graveyard, this.history, this.name);
    this.victim = this.#party('victim', 1);
    this.thief = this.#party('thief', this.random.between(2, 250));
    await session.begin(this.user, this.victim);
    for (let n = this.#between(REFRESHES); n > 0; n--) if (!(await session.mustGoOn(this.victim))) return;
    this.world.report.count('thefts');
    const way = this.random.pick(this.ways);
    this.history.note(`theft: ${way}`);
    await this[way](session);
    if (!session.isOver) session.violate('a theft is found out', `it was not: ${way}`);
    if (session.hasEnded) await session.bury();
  }

  async settle() {
    // Between two thefts no request is under way.
  }

  async verify() {
    // The graveyard tries the remaining tokens of each theft.
  }

  /** The thief refreshes without pause. The victim returns with its old token. */
  async loop(session) {
    const own = session.newest;
    const lead = this.#between(LEAD);
    let isLooping = true;
    const looping = this.#loop(session).finally(() => (isLooping = false));
    while (session.ageOf(own) < lead && isLooping) await pause(1);
    await this.#replay(session, own, this.victim);
    await looping;
  }

  /** The thief disconnects after each request to avoid the judgement: first with the current token, then with a stale token. */
  async hangUp(session) {
    const stolen = session.newest;
    for (let n = this.random.between(1, 3); n > 0; n--) {
      await session.presentAndHangUp(session.newest, this.thief, this.#howToHangUp());
      if (!(await session.mustGoOn(this.victim))) return;
    }
    if (session.ageOf(stolen) < 2 && !(await session.mustGoOn(this.victim))) return;
    for (let n = 0; n < REPLAYS && !session.isOver; n++)
      await session.presentAndHangUp(stolen, this.thief, this.#howToHangUp());
    await this.#replay(session, stolen, this.thief);
  }

  /** Thief and victim refresh at the same moment, as two tabs do. Then only the thief continues, and the victim returns. */
  async lockstep(session) {
    for (let n = this.#between(LOCKSTEPS); n > 0; n--) {
      const generation = session.newest;
      const isThiefFirst = this.random.chance(0.5);
      const [first, second] = isThiefFirst ? [this.thief, this.victim] : [this.victim, this.thief];
      const racing = [session.present(generation, first)];
      if (this.random.chance(0.7)) await pause(this.random.between(0, 6));
      racing.push(session.present(generation, second));
      const answers = await Promise.all(racing);
      const refused = answers.find((answer) => answer.status !== 200 && !isUnknown(answer));
      if (refused) return session.violate('two tabs may refresh concurrently', refused.text);
    }
    const own = session.newest;
    while (session.ageOf(own) < 2) if (!(await session.mustGoOn(this.thief))) return;
    await this.#replay(session, own, this.victim);
  }

  /** The thief refreshes twice from another address and stops. The event of the end must name that address. */
  async quiet(session) {
    const own = session.newest;
    const requests = [];
    while (session.ageOf(own) < 2) {
      requests.push({ ...this.thief, 'x-request-id': randomUUID() });
      if (!(await session.mustGoOn(requests.at(-1)))) return;
    }
    await this.#replay(session, own, this.victim);
    if (!this.hasAddresses || !session.hasEnded) return;
    const [end] = await session.events('session-ended');
    const expected = { LastAddress: this.thief['x-forwarded-for'], LastUserAgent: this.thief['user-agent'] };
    for (const [member, value] of Object.entries(expected))
      if (end?.[member] !== value)
        session.violate('the end names who redeemed last', `${member} is ${end?.[member]}, not ${value}`);
    if ((await session.events('refreshed-elsewhere')).length === 0)
      session.violate('a refresh from elsewhere is an event', 'there is none');
    this.world.report.count('thieves_named');
  }

  /** The victim has refreshed and used its tokens. The thief comes after the retry window. */
  async late(session) {
    const stolen = session.newest;
    if (!(await session.mustGoOn(this.victim))) return;
    await session.confirm();
    await pause(this.world.window * 1_000 + MARGIN_MS);
    for (let n = 0; n < REPLAYS && !session.isOver; n++) await session.present(stolen, this.thief, true);
  }

  /** Refreshes with the newest token until a token is refused. */
  async #loop(session) {
    let answer;
    do answer = await session.present(session.newest, this.thief);
    while (!session.isBroken && (answer.status === 200 || isUnknown(answer)));
  }

  /** Presents a stale token until the session has ended: once, unless the service excuses it. */
  async #replay(session, generation, party) {
    const deadline = performance.now() + 60_000;
    for (let n = 0; n < REPLAYS && !session.isOver && performance.now() < deadline;) {
      const answer = await session.present(generation, party);
      if (!isUnknown(answer)) n++;
    }
  }

  #party(name, host) {
    const userAgent = { 'user-agent': `${name}/1.0` };
    const address = `${NETWORK}.${name === 'thief' ? 1 : 0}.${host}`;
    return this.hasAddresses ? { ...userAgent, 'x-forwarded-for': address } : userAgent;
  }

  #howToHangUp() {
    return this.random.pick(['half', 'close']);
  }

  #between({ fewest, most }) {
    return this.random.between(fewest, most);
  }
}

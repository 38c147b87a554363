import { setTimeout as pause } from 'node:timers/promises';
import { ProvingKey } from './proving-key.mjs';
import { isUnknown } from './world.mjs';

const TOKEN = '/api/token';
const ROUTE = '/api/sys/refreshtokens';
/** How many of the newest tokens the thief uses. */
const STOLEN = 6;

/**
 * A user whose session is bound to a key, and a thief who has a copy of everything that the user sends and receives, but not the key. The
 * thief gets nothing and ends nothing, and the user refreshes as long as the world lasts.
 */
export class KeylessTheft {
  #tokens = [];

  constructor(world, user, name) {
    Object.assign(this, { world, user, name });
    this.random = world.random.fork(name);
    this.history = world.history(name);
  }

  async step() {
    this.owner ??= await ProvingKey.make(this.world.issuer);
    this.thief ??= await ProvingKey.make(this.world.issuer);
    if (this.#tokens.length === 0 || this.random.chance(0.1)) await this.#signIn();
    else await this.#refresh();
    await this.#steal();
    await pause(this.random.between(5, 40));
  }

  async settle() {
    // Between two steps no request is under way.
  }

  /** The thief tries everything once more, and the session continues. */
  async verify() {
    if (this.#tokens.length === 0) return;
    await this.#steal();
    await this.#refresh();
  }

  async #signIn() {
    const { email: username, password } = this.user;
    this.#tokens = [];
    this.#keep(await this.#askProved({ grant_type: 'password', username, password }));
  }

  async #refresh() {
    this.#keep(
      await this.#askProved({ grant_type: 'refresh_token', refresh_token: this.#tokens.at(-1).refresh_token }),
    );
  }

  /** Each attempt needs another proof: the proof of an attempt whose answer was lost may be used. */
  async #askProved(form) {
    let answer;
    do answer = await this.#ask(form, await this.owner.proofFor({ method: 'POST', path: TOKEN }));
    while (isUnknown(answer));
    return answer;
  }

  #keep({ status, text, body }) {
    if (status !== 200 || body.token_type !== 'DPoP')
      return this.#violate('the owner of a key loses nothing by a thief without it', `${status} ${text}`);
    this.#tokens = [...this.#tokens, body].slice(-STOLEN);
  }

  /** The thief uses each token in every way that needs no key of the owner. */
  async #steal() {
    const { access_token: access } = this.#tokens.at(-1) ?? {};
    if (!access) return;
    this.world.report.count('thefts_without_key');
    const { refresh_token: refresh } = this.random.pick(this.#tokens);
    const form = { grant_type: 'refresh_token', refresh_token: refresh };
    const atToken = { method: 'POST', path: TOKEN };
    const atRoute = { method: 'GET', path: ROUTE, access };
    const used = await this.owner.proofFor(atRoute);
    const first = await this.#use(`DPoP ${access}`, used);
    if (!isUnknown(first) && first.status !== 200)
      this.#violate('a bound token is good with its key', `${first.status}`);
    const attempts = [
      ['refreshes without a proof', () => this.#ask(form)],
      ['refreshes with a proof of another key', async () => this.#ask(form, await this.thief.proofFor(atToken))],
      ['refreshes with the proof of another request', () => this.#ask(form, used)],
      ['uses the token as a bearer', () => this.#use(`Bearer ${access}`)],
      ['uses the token without a proof', () => this.#use(`DPoP ${access}`)],
      ['uses the token with another key', async () => this.#use(`DPoP ${access}`, await this.thief.proofFor(atRoute))],
      ['repeats a proof of the owner', () => (isUnknown(first) ? first : this.#use(`DPoP ${access}`, used))],
    ];
    for (const [what, attempt] of attempts) {
      const answer = await attempt();
      if (!isUnknown(answer) && ![400, 401].includes(answer.status))
        this.#violate('a thief without the key gets nothing', `${what}: ${answer.status}`);
    }
  }

  #ask(form, proof) {
    return this.#send({ method: 'POST', path: TOKEN, form }, {}, proof);
  }

  #use(authorization, proof) {
    return this.#send({ path: ROUTE, label: authorization.split(' ', 1)[0] }, { authorization }, proof);
  }

  #send(request, headers, proof) {
    const all = { client_id: this.name, ...headers, ...(proof && { dpop: proof }) };
    return this.world.ask(this.history, { ...request, headers: all });
  }

  #violate(rule, what) {
    this.world.report.violate(rule, `${this.name}: ${what}`, this.history);
  }
}

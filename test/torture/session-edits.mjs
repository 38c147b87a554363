import { readRefreshToken } from './tokens.mjs';
import { isUnknown } from './world.mjs';

const RESOURCE = '/api/sys/refreshtokens';
const LATER = '2040-01-31T12:00:00Z';
const EARLIER = '2001-01-31T12:00:00Z';

/** What an administrator does to the record of a session: an edit may shorten the session's life, but never lengthen or revive it. */
export class SessionEdits {
  constructor(client) {
    this.client = client;
  }

  /** Writes a later expiry, which must not change the session's expiry. */
  async lengthen() {
    const before = await this.#read();
    const answer = await this.client.ask(this.#writeOf({ ...before, ExpiresOn: LATER }));
    if (!isUnknown(answer) && answer.status !== 200)
      this.client.violate('an administrator may write', `${answer.status} ${answer.text}`);
    const after = await this.#read();
    if (after.ExpiresOn > before.ExpiresOn)
      this.client.violate('an edit lengthens no session', `${before.ExpiresOn} became ${after.ExpiresOn}`);
    this.client.world.report.count('edits');
  }

  /** The request that ends the session: the session's own record with an expiry in the past. */
  async expiring() {
    return this.#writeOf({ ...(await this.#read()), ExpiresOn: EARLIER });
  }

  /** Tries to revive a session that an edit ended. The answer does not matter. */
  async revive({ json }) {
    await this.client.world.askUntilAnswered(this.client.history, this.#writeOf({ ...json, ExpiresOn: LATER }));
  }

  async #read() {
    const { client } = this;
    const { id } = readRefreshToken(client.token);
    const request = { path: `${RESOURCE}/${id}`, headers: { authorization: client.world.admin } };
    return (await client.world.askUntilAnswered(client.history, request)).body;
  }

  #writeOf(json) {
    return { method: 'PUT', path: RESOURCE, headers: { authorization: this.client.world.admin }, json };
  }
}

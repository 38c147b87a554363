import { passwordOf, type Answer, type Client } from './client.js';
import type { Service } from './service.js';
import { ask, events, type Tokens } from './sessions.js';

/** The requests of users about their own account, to one service. */
export class AccountRequests {
  constructor(private readonly service: Service) {}

  /** The client of the user of a session. */
  by({ access }: Tokens): Client {
    return this.service.client(`Bearer ${access}`);
  }

  /** Signs a fixture user in, with these fields beside the password or in its stead. */
  signIn(name: string, fields: Record<string, string> = {}): Promise<Answer> {
    const password = { username: `${name}@example.com`, password: passwordOf(name) };
    return ask(this.service, { grant_type: 'password', ...password, ...fields });
  }

  changePassword(tokens: Tokens, body: Record<string, unknown>): Promise<Answer> {
    return this.by(tokens).put('/api/account/password', body);
  }

  /** The reasons of the events of this kind about a fixture user, oldest first. */
  async reasonsOf(name: string, kind: string): Promise<unknown[]> {
    const found = await events(this.service, { Subject: `${name}@example.com`, Kind: kind });
    return found.map(({ Reason }) => Reason);
  }
}

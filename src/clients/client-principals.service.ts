import { Injectable } from '@nestjs/common';
import { ClientPrincipalsRepository, type ClientToken } from './client-principals.repository.js';
import { ClientSealsService } from './client-seals.service.js';
import { words } from './registered-client.js';

/** The grant by which a client gets access tokens of its own (RFC 6749, section 4.4). */
export const CLIENT_CREDENTIALS = 'client_credentials';

/** What a client may do by itself. */
interface ClientPower {
  readonly clientId: string;
  readonly roles: readonly string[];
  /** When the token expires, in seconds since 1970. */
  readonly expires: number;
  /** The time by the database's clock. */
  readonly now: Date;
}

/** Finds out what clients may do by themselves. Each request reads this from the database, as it does for users. */
@Injectable()
export class ClientPrincipalsService {
  constructor(
    private readonly rows: ClientPrincipalsRepository,
    private readonly seals: ClientSealsService,
  ) {}

  /** The client of a token, if the token has not expired, the client is enabled and may still have such tokens, and the service wrote its roles. */
  async of(token: ClientToken): Promise<ClientPower | undefined> {
    const row = await this.rows.find(token);
    if (!row || !this.seals.isPowerGenuine(row)) return undefined;
    const { clientId, allowedGrants, roles, expires, now } = row;
    const isAllowed = allowedGrants === null || words(allowedGrants).includes(CLIENT_CREDENTIALS);
    return isAllowed ? { clientId, roles: words(roles ?? ''), expires, now } : undefined;
  }

  /** The same for a client that asks for a token. */
  ofClient(clientId: string): Promise<ClientPower | undefined> {
    return this.of({ clientId, issued: Infinity, expires: Infinity });
  }
}

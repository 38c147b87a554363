import { Injectable } from '@nestjs/common';
import { inOrderOf } from '../database/batch-rows.js';
import { Batched } from '../database/batched.js';
import { StatementsService } from '../database/statements.service.js';
import { CLIENT_PRINCIPALS, type ClientPowerRow } from './client.statements.js';

/** An access token of a client itself. */
export interface ClientToken {
  readonly clientId: string;
  /** When it was issued and when it expires, in seconds since 1970. */
  readonly issued: number;
  readonly expires: number;
}

/** Reads what clients may do. Concurrent calls share a statement. */
@Injectable()
export class ClientPrincipalsRepository {
  private readonly principals = new Batched(async (tokens: readonly ClientToken[]) =>
    inOrderOf<ClientPowerRow>(tokens, await this.statements.run(CLIENT_PRINCIPALS, { batch: tokens })),
  );

  constructor(private readonly statements: StatementsService) {}

  /** The row of an enabled client whose token has not expired. */
  find(token: ClientToken): Promise<ClientPowerRow | undefined> {
    return this.principals.get(token);
  }
}

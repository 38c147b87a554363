import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StatementsService } from '../database/statements.service.js';
import { ADD_SECRET, READ_REGISTRY, RETIRE_EARLIER_SECRET, type RegistryRow, type SecretsMade } from './client.statements.js';

/** Reads all registered clients, and writes their secrets. `ResourceRepository` has the records that the API shows. */
@Injectable()
export class ClientRegistryRepository {
  constructor(private readonly statements: StatementsService) {}

  /** The rows of all clients, or one row without a client if the registry still has the digest `known`, or no client. */
  read(known: string | undefined): Promise<RegistryRow[]> {
    return this.statements.run(READ_REGISTRY, { known });
  }

  /** Gives a client another secret. */
  addSecret(id: number, hash: string, manager: EntityManager): Promise<SecretsMade> {
    return this.statements.runForOne(ADD_SECRET, { id, hash }, manager);
  }

  /** Ends the earlier of two secrets of a client. False if there is no earlier secret. */
  async retireSecret(id: number, manager: EntityManager): Promise<boolean> {
    return (await this.statements.runForCount(RETIRE_EARLIER_SECRET, { id }, manager)) > 0;
  }
}

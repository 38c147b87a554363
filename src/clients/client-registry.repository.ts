import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { StatementsService } from '../database/statements.service.js';
import {
  ADD_SECRET,
  ALLOW_SEVERAL_SESSIONS,
  DROP_SECRETS,
  READ_REGISTRY,
  REPLACE_MAC,
  RETIRE_EARLIER_SECRET,
  SET_MAC,
  SIGNED_OF,
  SIGNED_OF_ALL,
  type RegistryRow,
  type SecretsMade,
} from './client.statements.js';
import type { SignedClient } from './client-seals.service.js';

export type { SecretsMade } from './client.statements.js';

/** Reads all registered clients, and writes their secrets and MACs. `ResourceRepository` has the records that the API shows. */
@Injectable()
export class ClientRegistryRepository {
  constructor(private readonly statements: StatementsService) {}

  /** The rows of all clients, or one row without a client if the registry still has the digest `known`, or no client. */
  read(known: string | undefined): Promise<RegistryRow[]> {
    return this.statements.run(READ_REGISTRY, { known });
  }

  /** Lets the table of sessions have several for each user and client. Until the transaction ends, nothing else uses that table. */
  async allowSeveralSessions(manager: EntityManager): Promise<void> {
    await this.statements.run(ALLOW_SEVERAL_SESSIONS, {}, manager);
  }

  /** Gives a client another secret. */
  addSecret(id: number, hash: string, manager: EntityManager): Promise<SecretsMade> {
    return this.statements.runForOne(ADD_SECRET, { id, hash }, manager);
  }

  /** Ends the earlier of two secrets of a client. False if there is no earlier secret. */
  async retireSecret(id: number, manager: EntityManager): Promise<boolean> {
    return (await this.statements.runForCount(RETIRE_EARLIER_SECRET, { id }, manager)) > 0;
  }

  /** Ends all secrets of a client. */
  async dropSecrets(id: number, manager: EntityManager): Promise<void> {
    await this.statements.run(DROP_SECRETS, { id }, manager);
  }

  /** The signed part of a row. */
  signedOf(id: number, manager: EntityManager): Promise<SignedClient> {
    return this.statements.runForOne(SIGNED_OF, { id }, manager);
  }

  /** The same of all clients. */
  signed(): Promise<SignedClient[]> {
    return this.statements.run(SIGNED_OF_ALL, {});
  }

  /** Writes the MAC of a row. */
  async setMac(id: number, mac: string, manager: EntityManager): Promise<void> {
    await this.statements.run(SET_MAC, { id, mac }, manager);
  }

  /** Writes another MAC of a row, unless the row has a new one by now. */
  async replaceMac(earlier: string, mac: string): Promise<void> {
    await this.statements.run(REPLACE_MAC, { earlier, mac });
  }
}

import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { JobsService } from '../jobs/jobs.service.js';
import { AppError } from '../kernel/app-error.js';
import { ClientRegistryRepository, type SecretsMade } from './client-registry.repository.js';
import { ClientSealsService } from './client-seals.service.js';

/** The name of the job that ends the sessions of users who have too many at a client. */
export const SURPLUS_SESSIONS = 'surplus-sessions';

/** Writes what the records of clients do not show: their secrets, and the MACs by which the service knows its own rows. */
@Injectable()
export class ClientRowsService {
  constructor(
    private readonly rows: ClientRegistryRepository,
    private readonly seals: ClientSealsService,
    private readonly jobs: JobsService,
  ) {}

  /** Signs a row as it is now. Call this after each write, in its transaction. */
  async sign(id: number, manager: EntityManager): Promise<void> {
    await this.rows.setMac(id, this.seals.sign(await this.rows.signedOf(id, manager)), manager);
  }

  /** Gives a client another secret. @throws AppError client_tampered when the service did not write the row */
  async addSecret(id: number, hash: string, manager: EntityManager): Promise<SecretsMade> {
    await this.demandGenuine(id, manager);
    const made = await this.rows.addSecret(id, hash, manager);
    await this.sign(id, manager);
    return made;
  }

  /** Ends the earlier of two secrets. False if there is none. @throws AppError client_tampered when the service did not write the row */
  async retireSecret(id: number, manager: EntityManager): Promise<boolean> {
    await this.demandGenuine(id, manager);
    const hasRetired = await this.rows.retireSecret(id, manager);
    await this.sign(id, manager);
    return hasRetired;
  }

  /**
   * Drops the secrets of a row that the service did not write. The caller saves all that the record shows, and so approves it. Nobody can see
   * whose secrets these are.
   */
  async dropForeignSecrets(id: number, manager: EntityManager): Promise<void> {
    if (!this.seals.isGenuine(await this.rows.signedOf(id, manager))) await this.rows.dropSecrets(id, manager);
  }

  /** Lets a client have several sessions for each user. */
  allowSeveralSessions(manager: EntityManager): Promise<void> {
    return this.rows.allowSeveralSessions(manager);
  }

  /** Starts to end the sessions of users who have more than their client allows now. */
  endSurplusSessions(): void {
    this.jobs.start(SURPLUS_SESSIONS);
  }

  private async demandGenuine(id: number, manager: EntityManager): Promise<void> {
    if (this.seals.isGenuine(await this.rows.signedOf(id, manager))) return;
    const message =
      'Another program changed the record of the client. Check its members and save it, then make a secret.';
    throw new AppError('client_tampered', 409, message);
  }
}

import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Settings } from '../config/settings.js';
import { StatementsService } from '../database/statements.service.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import { seal, unseal } from '../kernel/seal.js';
import type { ErasedPerson } from '../plug-ins/personal-data.js';
import { ADD_ERASURE, DUE_ERASURE, FORGET_ERASURE } from './erasure.statements.js';

/** An erasure whose second look is due. The name is undefined if something other than the service wrote the row. */
type DueErasure = Pick<ErasedPerson, 'pseudonym'> & { readonly email: string | undefined };

/** Erasures that have a second look before them. The database has the names sealed, under a key of the service's secret. */
@Injectable()
export class ErasuresRepository {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: StatementsService,
    settings: Settings,
  ) {
    this.keys = deriveKeys('erasure-seal', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  /** Runs work in a transaction. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** Notes an erasure, and returns when it was made. */
  async add({ email, pseudonym }: ErasedPerson, manager: EntityManager): Promise<Date> {
    const sealedName = seal({ email }, pseudonym, this.keys[0]);
    return (await this.statements.runForOne(ADD_ERASURE, { pseudonym, sealedName }, manager)).createdOn;
  }

  /** The oldest erasure whose second look is due; undefined when there is none. */
  async due(): Promise<DueErasure | undefined> {
    const found = await this.statements.runForFirst(DUE_ERASURE, {});
    if (!found) return undefined;
    const { pseudonym, sealedName } = found;
    const opened = (await unseal(sealedName, pseudonym, this.keys)) as { readonly email: string } | undefined;
    return { pseudonym, email: opened?.email };
  }

  /** Forgets an erasure. */
  forget({ pseudonym }: DueErasure, manager: EntityManager): Promise<unknown> {
    return this.statements.run(FORGET_ERASURE, { pseudonym }, manager);
  }
}

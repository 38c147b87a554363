import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { valuesInOrder } from '../database/statement.js';
import type { SealedKeyPair } from './key-pair.js';
import { SigningKey } from './signing-key.entity.js';
import { DELETE_KEYS, DELETE_OLD, LIST_KEYS, LOCK_KEYS, NEXT_DUE } from './signing-key.statements.js';

/** An arbitrary number that no other program is likely to lock. It is the same in every process of the service. */
const ROTATION_LOCK = 7_355_609;
/** Verifiers cache the key set for some minutes, so within an hour all of them have seen a new key before it signs. */
const ANNOUNCED_FOR = '1 hour';

/** A stored key pair, and whether it has begun to sign. */
export interface StoredKey extends SealedKeyPair {
  readonly hasBegun: boolean;
  readonly signsFrom: Date;
  readonly createdOn: Date;
}

/** Whether there is a key, and whether the next one is due. */
export interface Due {
  readonly hasKeys: boolean;
  readonly isDue: boolean;
}

/** The rows of signing keys. */
@Injectable()
export class SigningKeysRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Runs work in a transaction. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(work);
  }

  /** The keys, the oldest first. */
  list(): Promise<StoredKey[]> {
    return this.dataSource.query<StoredKey[]>(LIST_KEYS.text);
  }

  /**
   * Locks the maintenance of keys until the transaction ends, so that only one process at a time does it. Returns whether the next key is
   * due.
   */
  async lock(manager: EntityManager): Promise<Due> {
    await manager.query(LOCK_KEYS.text, valuesInOrder(LOCK_KEYS, { lock: ROTATION_LOCK }));
    const [due] = await manager.query<[Due]>(NEXT_DUE.text);
    return due;
  }

  /** Adds a key pair. It signs immediately or, if it is announced, after an hour. */
  async insert(pair: SealedKeyPair, isAnnounced: boolean, manager: EntityManager): Promise<void> {
    const signsFrom = (): string => (isAnnounced ? `now() + interval '${ANNOUNCED_FOR}'` : 'now()');
    await manager
      .createQueryBuilder()
      .insert()
      .into(SigningKey)
      .values({ ...pair, signsFrom })
      .execute();
  }

  /** Stores the new sealed form of each key for which `resealed` returns one. */
  async reseal(resealed: (key: SealedKeyPair) => Promise<string | undefined>, manager: EntityManager): Promise<void> {
    for (const key of await manager.find(SigningKey)) {
      const sealedKey = await resealed(key);
      if (sealedKey) await manager.update(SigningKey, { kid: key.kid }, { sealedKey });
    }
  }

  /** Deletes the keys whose tokens have all expired, and returns their number. */
  async deleteOld(manager: EntityManager): Promise<number> {
    const [, deleted] = await manager.query<[unknown, number]>(DELETE_OLD.text);
    return deleted;
  }

  /** Deletes every key. */
  deleteAll(manager: EntityManager): Promise<unknown> {
    return manager.query(DELETE_KEYS.text);
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { JWK } from 'jose';
import type { KeyObject } from 'node:crypto';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { Settings } from '../config/settings.js';
import { NoticesService } from '../database/notices.service.js';
import { valuesInOrder } from '../database/statement.js';
import { JobsService } from '../jobs/jobs.service.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import { SERVICE, type Actor } from '../kernel/origin.js';
import { RefreshAheadCache } from './refresh-ahead-cache.js';
import { reseal } from '../kernel/seal.js';
import { createSealedKeyPair, openKeyPair, type KeyPair, type SealedKeyPair } from './key-pair.js';
import { SigningKey } from './signing-key.entity.js';
import { DELETE_KEYS, DELETE_OLD, LIST_KEYS, LOCK_KEYS, NEXT_DUE } from './signing-key.statements.js';

/** An arbitrary number that no other program is likely to lock. It is the same in every process of the service. */
const ROTATION_LOCK = 7_355_609;
/** Verifiers cache the key set for some minutes, so within an hour all of them have seen a new key before it signs. */
const ANNOUNCED_FOR = '1 hour';
/** After this time at the latest, this process knows a change that another process made to the keys, even if its notice is lost. */
const REMEMBERED_FOR_MS = 1_000;
/** An unknown `kid` may name a key that another process has just made, or no key at all. So the keys are read again, but not too often. */
const LOOK_AGAIN_AFTER_MS = 100;
const TOPIC = 'signing-keys';
/** How often the job checks whether a new key is due or an old key can be deleted, in seconds. */
const LOOKED_AFTER_EVERY = 600;

type StoredKey = SealedKeyPair & { readonly hasBegun: boolean };

/** The keys in the database: all keys that verify, by `kid`, and the key that signs. */
interface KeySet {
  readonly pairs: ReadonlyMap<string, KeyPair>;
  readonly signer: KeyPair;
}

/**
 * Keeps the ES256 keys that sign access tokens: one key signs, a newer key may be announced, older keys verify until the last
 * token they signed has expired. Keys are rotated every ninety days, or by command.
 */
@Injectable()
export class SigningKeysService implements OnModuleInit {
  private readonly seals: readonly [DerivedKey, ...DerivedKey[]];
  private readonly keys = new RefreshAheadCache(() => this.load(), REMEMBERED_FOR_MS);
  private opened: ReadonlyMap<string, KeyPair> = new Map();

  constructor(
    private readonly dataSource: DataSource,
    private readonly events: AuditEventsService,
    private readonly notices: NoticesService,
    private readonly jobs: JobsService,
    settings: Settings,
  ) {
    this.seals = deriveKeys('signing-key-seal', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  async onModuleInit(): Promise<void> {
    this.notices.on(TOPIC, () => {
      this.keys.forget();
    });
    this.jobs.register({
      name: 'signing-keys',
      description: 'Makes the next signing key when it is due, and deletes keys whose tokens have all expired.',
      every: LOOKED_AFTER_EVERY,
      batchSize: 1,
      batch: () => this.maintain(),
    });
    await this.maintain();
    // If the secret does not open the keys, the service fails at its start and not at the first request.
    await this.keys.get();
  }

  /** The key that signs now. */
  async current(): Promise<KeyPair> {
    return (await this.keys.get()).signer;
  }

  /** The public keys for verifiers (RFC 7517), including an announced key, and keys that no longer sign. */
  async keySet(): Promise<JWK[]> {
    return [...(await this.keys.get()).pairs.values()].map(({ jwk }) => jwk);
  }

  /** The public key with this `kid`; undefined when the service has no such key. */
  async publicKey(kid: string): Promise<KeyObject | undefined> {
    const known = (await this.keys.get()).pairs.get(kid) ?? (await this.keys.get(LOOK_AGAIN_AFTER_MS)).pairs.get(kid);
    return known?.publicKey;
  }

  /**
   * Makes a new key. It is announced for an hour before it signs. With `atOnce`, the new key signs immediately and all other keys are
   * deleted: use this if an attacker may know them. Tokens that they signed become invalid, in other processes within a second.
   * @returns the `kid` of the new key
   */
  async rotate(actor: Actor, atOnce = false): Promise<string> {
    return this.change(async (manager) => {
      if (atOnce) await manager.query(DELETE_KEYS.text);
      return this.add(manager, actor, atOnce);
    });
  }

  /** Makes the first key, or the next key when it is due, and deletes expired keys. Returns how many. Safe in concurrent processes. */
  private maintain(): Promise<number> {
    return this.change(async (manager) => {
      await manager.query(LOCK_KEYS.text, valuesInOrder(LOCK_KEYS, { lock: ROTATION_LOCK }));
      const [row] = await manager.query<{ hasKeys: boolean; isDue: boolean }[]>(NEXT_DUE.text);
      if (row?.isDue) await this.add(manager, SERVICE, !row.hasKeys);
      const [, deleted] = await manager.query<[unknown, number]>(DELETE_OLD.text);
      await this.resealAll(manager);
      return (row?.isDue ? 1 : 0) + deleted;
    });
  }

  /** Changes keys in a transaction. Every process reads the keys again after it. */
  private async change<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const result = await this.dataSource.transaction(async (manager) => {
      const done = await work(manager);
      await this.notices.announce(TOPIC, manager);
      return done;
    });
    this.keys.forget();
    return result;
  }

  /** After a change of TESSERA_SECRET: seals under the new secret, so that the previous one can be removed. */
  private async resealAll(manager: EntityManager): Promise<void> {
    if (this.seals.length === 1) return;
    for (const { kid, sealedKey } of await manager.find(SigningKey)) {
      const resealed = await reseal(sealedKey, kid, this.seals);
      if (resealed) await manager.update(SigningKey, { kid }, { sealedKey: resealed });
    }
  }

  private async add(manager: EntityManager, actor: Actor, atOnce: boolean): Promise<string> {
    const pair = await createSealedKeyPair(this.seals[0]);
    const signsFrom = (): string => (atOnce ? 'now()' : `now() + interval '${ANNOUNCED_FOR}'`);
    await manager
      .createQueryBuilder()
      .insert()
      .into(SigningKey)
      .values({ ...pair, signsFrom })
      .execute();
    await this.events.record({ kind: 'signing-key-rotated', actor, reason: pair.kid }, manager);
    return pair.kid;
  }

  private async load(): Promise<KeySet> {
    const stored = await this.dataSource.query<StoredKey[]>(LIST_KEYS.text);
    const pairs = new Map<string, KeyPair>();
    let signer: KeyPair | undefined;
    for (const key of stored) {
      const pair = this.opened.get(key.kid) ?? (await openKeyPair(key, this.seals));
      pairs.set(key.kid, pair);
      // If no key has begun to sign, a clock was set back. Then the first key signs.
      if (key.hasBegun || !signer) signer = pair;
    }
    if (!signer) throw new Error('There is no key that signs.');
    this.opened = pairs;
    return { pairs, signer };
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { JWK } from 'jose';
import type { KeyObject } from 'node:crypto';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { Settings } from '../config/settings.js';
import { NoticesService } from '../database/notices.service.js';
import { JobsService } from '../jobs/jobs.service.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import { SERVICE, type Actor } from '../kernel/origin.js';
import { RefreshAheadCache } from '../kernel/refresh-ahead-cache.js';
import { reseal } from '../kernel/seal.js';
import { createSealedKeyPair, openKeyPair, type KeyPair } from './key-pair.js';
import { SigningKeysRepository, type StoredKey } from './signing-keys.repository.js';

/** After this time at the latest, this process knows a change that another process made to the keys, even if its notice is lost. */
const REMEMBERED_FOR_MS = 1_000;
/** An unknown `kid` may name a key that another process has just made, or no key at all. So the keys are read again, but not too often. */
const LOOK_AGAIN_AFTER_MS = 100;
const TOPIC = 'signing-keys';
/** How often the job checks whether a new key is due or an old key can be deleted, in seconds. */
const LOOKED_AFTER_EVERY = 600;

/** The keys in the database: all keys that verify, by `kid`, and the key that signs. */
interface KeySet {
  readonly pairs: ReadonlyMap<string, KeyPair>;
  readonly signer: KeyPair;
}

/** What operators may know of a key. */
export interface DescribedKey extends Pick<StoredKey, 'kid' | 'signsFrom' | 'createdOn'> {
  readonly state: 'announced' | 'signs' | 'verifies';
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
    private readonly rows: SigningKeysRepository,
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

  /** The keys, the oldest first, and what each is for now. */
  async describe(): Promise<DescribedKey[]> {
    const stored = await this.rows.list();
    const signer = signerOf(stored);
    return stored.map(({ kid, signsFrom, createdOn, hasBegun }) => {
      const state = kid === signer?.kid ? 'signs' : hasBegun ? 'verifies' : 'announced';
      return { kid, signsFrom, createdOn, state };
    });
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
      if (atOnce) await this.rows.deleteAll(manager);
      return this.add(manager, actor, atOnce);
    });
  }

  /** Makes the first key, or the next key when it is due, and deletes expired keys. Returns how many. Safe in concurrent processes. */
  private maintain(): Promise<number> {
    return this.change(async (manager) => {
      const { hasKeys, isDue } = await this.rows.lock(manager);
      if (isDue) await this.add(manager, SERVICE, !hasKeys);
      const deleted = await this.rows.deleteOld(manager);
      await this.resealAll(manager);
      return (isDue ? 1 : 0) + deleted;
    });
  }

  /** Changes keys in a transaction. Every process reads the keys again after it. */
  private async change<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const result = await this.rows.transaction(async (manager) => {
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
    await this.rows.reseal(({ kid, sealedKey }) => reseal(sealedKey, kid, this.seals), manager);
  }

  private async add(manager: EntityManager, actor: Actor, atOnce: boolean): Promise<string> {
    const pair = await createSealedKeyPair(this.seals[0]);
    await this.rows.insert(pair, !atOnce, manager);
    await this.events.record({ kind: 'signing-key-rotated', actor, reason: pair.kid }, manager);
    return pair.kid;
  }

  private async load(): Promise<KeySet> {
    const stored = await this.rows.list();
    const pairs = new Map<string, KeyPair>();
    for (const key of stored) pairs.set(key.kid, this.opened.get(key.kid) ?? (await openKeyPair(key, this.seals)));
    const signer = pairs.get(signerOf(stored)?.kid ?? '');
    if (!signer) throw new Error('There is no key that signs.');
    this.opened = pairs;
    return { pairs, signer };
  }
}

/** The newest key that has begun to sign. If no key has begun, a clock was set back. Then the first key signs. */
function signerOf(stored: readonly StoredKey[]): StoredKey | undefined {
  return stored.findLast(({ hasBegun }) => hasBegun) ?? stored[0];
}

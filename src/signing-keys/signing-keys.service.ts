import { Injectable, Logger, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { JWK } from 'jose';
import type { KeyObject } from 'node:crypto';
import { AuditTrail } from '../audit/audit-trail.js';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import { SERVICE, type Actor } from '../kernel/origin.js';
import { reseal } from '../kernel/seal.js';
import { createSealedKeyPair, openKeyPair, type KeyPair, type SealedKeyPair } from './key-pair.js';
import { SigningKey } from './signing-key.entity.js';

/** Any number no one else is likely to lock; the same in every process of the service. */
const ROTATION_LOCK = 7_355_609;
const ROTATE_AFTER = '90 days';
/** Verifiers keep the key set for minutes: an hour is time enough to see a key before it signs. */
const ANNOUNCED_FOR = '1 hour';
/** No access token lives longer (ACCESS_TOKEN_TTL), so after that none is left that an earlier key signed. */
const KEPT_FOR = '8 days';
const RELOAD_EVERY_MS = 60_000;
/** An unknown `kid` may be a key that another process made just now, or garbage: look, but not with every request. */
const LOOK_AGAIN_AFTER_MS = 1_000;

type StoredKey = SealedKeyPair & { readonly hasBegun: boolean };

/**
 * Keeps the ES256 keys that sign access tokens: one signs, a newer one may be announced, older ones verify until the last token
 * they signed is over. They are rotated every ninety days, or by command.
 */
@Injectable()
export class SigningKeys implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(SigningKeys.name);
  private readonly seals: readonly [DerivedKey, ...DerivedKey[]];
  private pairs: ReadonlyMap<string, KeyPair> = new Map();
  private signer!: KeyPair;
  private loadedAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly trail: AuditTrail,
    settings: Settings,
  ) {
    this.seals = deriveKeys('signing-key-seal', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  async onModuleInit(): Promise<void> {
    await this.maintain();
    this.timer = setInterval(() => {
      this.maintain().catch((error: unknown) => {
        this.logger.warn(`The signing keys could not be looked after: ${(error as Error).message}`);
      });
    }, RELOAD_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** The key that signs now. */
  current(): KeyPair {
    return this.signer;
  }

  /** The public keys, for verifiers: also one that is only announced, and those that sign no more (RFC 7517). */
  keySet(): JWK[] {
    return [...this.pairs.values()].map(({ jwk }) => jwk);
  }

  /** The public key with this `kid`, or undefined when it is none of ours. */
  async publicKey(kid: string): Promise<KeyObject | undefined> {
    if (!this.pairs.has(kid) && performance.now() - this.loadedAt > LOOK_AGAIN_AFTER_MS) await this.load();
    return this.pairs.get(kid)?.publicKey;
  }

  /**
   * Makes a new key, which signs after an hour of being announced. At once, as when the others may be known to somebody else, it takes
   * their place: what they signed is not valid any more, in other processes within a minute.
   * @returns its `kid`
   */
  async rotate(actor: Actor, atOnce = false): Promise<string> {
    const kid = await this.dataSource.transaction(async (manager) => {
      if (atOnce) await manager.query('DELETE FROM signing_keys');
      return this.add(manager, actor, atOnce);
    });
    await this.load();
    return kid;
  }

  /** Makes the first key and the due one, forgets those that are over, and reads the rest. Safe in many processes at once. */
  private async maintain(): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [ROTATION_LOCK]);
      const [row] = await manager.query<{ hasKeys: boolean; isDue: boolean }[]>(
        `SELECT count(*) > 0 AS "hasKeys", coalesce(max(created_on) < now() - interval '${ROTATE_AFTER}', true) AS "isDue"
          FROM signing_keys`,
      );
      if (row?.isDue) await this.add(manager, SERVICE, !row.hasKeys);
      await manager.query(
        `DELETE FROM signing_keys k WHERE EXISTS (SELECT FROM signing_keys newer
          WHERE newer.signs_from > k.signs_from AND newer.signs_from < now() - interval '${KEPT_FOR}')`,
      );
      await this.resealAll(manager);
    });
    await this.load();
  }

  /** After a change of TESSERA_SECRET: seals under the new one, so that the one before can be taken away. */
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
    await this.trail.record({ kind: 'signing-key-rotated', actor, reason: pair.kid }, manager);
    return pair.kid;
  }

  private async load(): Promise<void> {
    const stored = await this.dataSource.query<StoredKey[]>(
      `SELECT kid, sealed_key AS "sealedKey", signs_from <= now() AS "hasBegun" FROM signing_keys ORDER BY signs_from, kid`,
    );
    const pairs = new Map<string, KeyPair>();
    for (const key of stored) {
      const pair = this.pairs.get(key.kid) ?? (await openKeyPair(key, this.seals));
      pairs.set(key.kid, pair);
      if (key.hasBegun) this.signer = pair;
    }
    this.pairs = pairs;
    this.loadedAt = performance.now();
  }
}

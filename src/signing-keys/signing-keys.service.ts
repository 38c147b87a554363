import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { calculateJwkThumbprint, CompactEncrypt, compactDecrypt, exportJWK, generateKeyPair, type JWK } from 'jose';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { Settings } from '../config/settings.js';
import { deriveKey } from '../kernel/derive-key.js';
import { SigningKey } from './signing-key.entity.js';

/** One key pair, ready for use. */
export interface KeyPair {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/** Any number no one else is likely to lock; the same in every process of the service. */
const CREATION_LOCK = 7_355_609;

/** Keeps the ES256 keys that sign access tokens. The first one is made at first start. */
@Injectable()
export class SigningKeys implements OnModuleInit {
  private readonly pairs = new Map<string, KeyPair>();
  private newest!: KeyPair;

  constructor(
    private readonly dataSource: DataSource,
    private readonly settings: Settings,
  ) {}

  async onModuleInit(): Promise<void> {
    const seal = deriveKey(Buffer.from(this.settings.TESSERA_SECRET), 'signing-key-seal');
    for (const stored of await this.readOrCreate(seal)) {
      this.newest = await open(stored, seal);
      this.pairs.set(stored.kid, this.newest);
    }
  }

  /** The key that signs now. */
  current(): KeyPair {
    return this.newest;
  }

  /** The public key with this `kid`, or undefined when it is none of ours. */
  publicKey(kid: string): KeyObject | undefined {
    return this.pairs.get(kid)?.publicKey;
  }

  /** Processes that start at once on an empty database wait for each other and share the one key. */
  private readOrCreate(seal: Uint8Array): Promise<SigningKey[]> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [CREATION_LOCK]);
      const order = { order: { createdOn: 'ASC' } } as const;
      const stored = await manager.find(SigningKey, order);
      if (stored.length > 0) return stored;
      await manager.insert(SigningKey, await create(seal));
      return manager.find(SigningKey, order);
    });
  }
}

async function create(seal: Uint8Array): Promise<Pick<SigningKey, 'kid' | 'sealedKey'>> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const sealedKey = await new CompactEncrypt(Buffer.from(JSON.stringify(jwk)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid })
    .encrypt(seal);
  return { kid, sealedKey };
}

async function open({ kid, sealedKey }: SigningKey, seal: Uint8Array): Promise<KeyPair> {
  const opened = await compactDecrypt(sealedKey, seal).catch(() => {
    throw new Error(
      'The signing keys in the database were sealed under another TESSERA_SECRET. Start with the one they were made under.',
    );
  });
  const jwk = JSON.parse(Buffer.from(opened.plaintext).toString()) as JWK;
  const privateKey = createPrivateKey({ key: jwk as never, format: 'jwk' });
  return { kid, privateKey, publicKey: createPublicKey(privateKey) };
}

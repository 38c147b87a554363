import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Secret } from 'otpauth';
import { createHash } from 'node:crypto';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { Settings } from '../config/settings.js';
import { AppError } from '../kernel/app-error.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';
import type { Origin } from '../kernel/origin.js';
import { reseal, seal, unseal } from '../kernel/seal.js';
import { RecoveryCodesRepository } from './recovery-codes.repository.js';
import { UsersRepository } from './users.repository.js';

const COUNT = 10;
/** 80 bits, so a plain hash of a code cannot be searched. */
const BYTES = 10;
/** A code without its hyphens, in the base 32 of RFC 4648. */
const CODE = /^[A-Z2-7]{16}$/i;
/** Another request may spend another code of the same user between reading and writing. */
const ATTEMPTS = COUNT;

/** New codes, and their form in the database. */
export interface NewRecoveryCodes {
  /** For the user, once: `ABCD-EFGH-IJKL-MNOP`. */
  readonly codes: readonly string[];
  readonly sealed: string;
}

/**
 * Recovery codes, for users who have lost their authenticator app: ten, each good once in the place of a code. The database has their
 * SHA-256 hashes, sealed for the user under the service's secret, so a writer of the database cannot add one.
 */
@Injectable()
export class RecoveryCodesService implements OnModuleInit {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(
    private readonly settings: Settings,
    private readonly rows: RecoveryCodesRepository,
    private readonly users: UsersRepository,
    private readonly events: AuditEventsService,
  ) {
    this.keys = deriveKeys('recovery-code-seal', settings.TESSERA_SECRET, settings.TESSERA_SECRET_PREVIOUS);
  }

  /** Seals all codes again after a change of TESSERA_SECRET, so that the previous secret can be removed. */
  async onModuleInit(): Promise<void> {
    if (this.settings.TESSERA_SECRET_PREVIOUS.length === 0) return;
    for (const { email, sealed } of await this.rows.all()) {
      const now = await reseal(sealed, email, this.keys);
      if (now !== undefined) await this.rows.replace(email, { was: sealed, now });
    }
  }

  /** Makes the codes of a user. The caller stores them. */
  make(email: string): NewRecoveryCodes {
    const codes = Array.from({ length: COUNT }, () => new Secret({ size: BYTES }).base32.replace(/....(?=.)/g, '$&-'));
    const hashes = codes.map((code) => hashOf(email, plain(code)));
    return { codes, sealed: seal({ hashes }, email, this.keys[0]) };
  }

  /** How many codes of a user are left. */
  async left(email: string): Promise<number> {
    const sealed = await this.rows.of(email);
    return sealed === null ? 0 : (await this.open(email, sealed)).length;
  }

  /** Whether this is a code of the user that is left. The call uses the code, and writes the event in the same transaction. */
  async spend(email: string, code: string, origin: Origin): Promise<boolean> {
    if (!CODE.test(plain(code))) return false;
    const hash = hashOf(email, plain(code));
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const was = await this.rows.of(email);
      const hashes = was === null ? [] : await this.open(email, was);
      if (was === null || !hashes.includes(hash)) return false;
      const left = hashes.filter((other) => other !== hash);
      const now = seal({ hashes: left }, email, this.keys[0]);
      if (await this.replace(email, { was, now, left: left.length }, origin)) return true;
    }
    return false;
  }

  private replace(
    email: string,
    { was, now, left }: { was: string; now: string; left: number },
    origin: Origin,
  ): Promise<boolean> {
    return this.users.transaction(async (manager) => {
      const isSpent = await this.rows.replace(email, { was, now }, manager);
      const event = { kind: 'recovery-code-used', actor: { name: email, origin }, subject: email };
      if (isSpent) await this.events.record({ ...event, reason: `${left} left` }, manager);
      return isSpent;
    });
  }

  private async open(email: string, sealed: string): Promise<readonly string[]> {
    const opened = (await unseal(sealed, email, this.keys)) as { readonly hashes: readonly string[] } | undefined;
    if (opened) return opened.hashes;
    const detail = 'The recovery codes were sealed under an unknown TESSERA_SECRET.';
    throw new AppError('totp_sealed', 500, '', { detail });
  }
}

function plain(code: string): string {
  return code.replaceAll('-', '').toUpperCase();
}

function hashOf(email: string, code: string): string {
  return createHash('sha256').update(`${email} ${code}`).digest('base64');
}

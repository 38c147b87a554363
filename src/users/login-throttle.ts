import { Injectable, type OnModuleInit } from '@nestjs/common';
import { createHmac } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Settings } from '../config/settings.js';
import { Statements } from '../database/statements.js';
import { Jobs } from '../jobs/jobs.js';
import { AppError } from '../kernel/app-error.js';
import { deriveKeys, type DerivedKey } from '../kernel/key-ring.js';

/** How many failures a key has free, and how many seconds the first one after that blocks it for; each further doubles that. */
const LIMITS = {
  /** One account from one address: somebody mistypes, or one attacker tries one account. */
  pair: { free: 5, seconds: 1 },
  /** One address, any account: one attacker tries many accounts. An office behind one address shares it. */
  address: { free: 50, seconds: 1 },
  /** One account, any address: many attackers try one account. */
  account: { free: 100, seconds: 60 },
} as const;

const LONGEST_BLOCK_SECONDS = 900;
/** Without a failure for so long, a key begins anew. */
const MEMORY = '1 day';
/** An address from which the account signed in within this time is the user's own. */
const KNOWN_FOR = '90 days';

const CHECK = {
  name: 'throttle-check',
  isRepeatable: true,
  text: `SELECT ceil(extract(epoch FROM max(t.blocked_until) - now()))::int AS wait
    FROM login_throttles t LEFT JOIN login_throttles own ON own.key = $1
    WHERE t.key IN ($1, $2, $3) AND t.blocked_until > now() AND (t.key = $1
      OR coalesce(own.last_success <= now() - interval '${KNOWN_FOR}', true)
        AND (t.key = $2 OR own.failures > 0 AND own.last_failure > now() - interval '${MEMORY}'))`,
};

const COUNT_FAILURE = {
  name: 'throttle-count-failure',
  text: `INSERT INTO login_throttles AS t (key, failures, blocked_until, last_failure)
    SELECT key, 1, '-infinity', now() FROM unnest($1::text[]) AS key ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
      last_failure = now(),
      failures = CASE WHEN t.last_failure > now() - interval '${MEMORY}' THEN least(t.failures + 1, 1000000) ELSE 1 END`,
};

const BLOCK = {
  name: 'throttle-block',
  text: `UPDATE login_throttles SET blocked_until = now() + make_interval(secs =>
      least(${LONGEST_BLOCK_SECONDS}, $3::float8 * power(2, least(failures - $2::int - 1, 20))))
    WHERE key = $1 AND failures > $2::int`,
};

/** Forgets what has no say any more: $1 how many at most. */
const FORGET = {
  name: 'throttle-forget',
  text: `DELETE FROM login_throttles WHERE key IN (SELECT key FROM login_throttles
    WHERE blocked_until < now() AND coalesce(last_failure < now() - interval '${MEMORY}', true)
      AND coalesce(last_success < now() - interval '${KNOWN_FOR}', true) LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING key`,
};
const FORGET_EVERY_SECONDS = 600;
const FORGET_AT_ONCE = 1_000;

const COUNT_SUCCESS = {
  name: 'throttle-count-success',
  text: `INSERT INTO login_throttles (key, failures, blocked_until, last_success) VALUES ($1, 0, '-infinity', now())
    ON CONFLICT (key) DO UPDATE SET failures = 0, blocked_until = '-infinity', last_success = now()`,
};

/**
 * Slows down those who guess passwords, by account and by address. What it knows is in the database, so neither a restart nor
 * another process forgets it; it knows accounts and addresses by their HMAC alone, since people type passwords where the user name
 * belongs. An address from which the account signed in before is held back by its own failures alone, and the
 * failures of all addresses together hold back only those that failed themselves: attackers elsewhere do not lock a user out.
 */
@Injectable()
export class LoginThrottle implements OnModuleInit {
  private readonly key: DerivedKey;

  constructor(
    private readonly statements: Statements,
    private readonly jobs: Jobs,
    settings: Settings,
  ) {
    // A new secret forgets all failures; that harms nobody.
    [this.key] = deriveKeys('throttle-key', settings.TESSERA_SECRET, []);
  }

  onModuleInit(): void {
    this.jobs.register({
      name: 'login-failures',
      description: 'Forgets failed sign-ins that have no say any more.',
      every: FORGET_EVERY_SECONDS,
      batchSize: FORGET_AT_ONCE,
      batch: async (size) => (await this.statements.run(FORGET, [size])).length,
    });
  }

  /** @throws AppError 429 with `Retry-After` while this account, or this address, has failed too often */
  async check(account: string, address: string | null): Promise<void> {
    const { pair, address: place, account: name } = this.keysOf(account, address);
    const { wait } = await this.statements.runForOne<{ wait: number | null }>(CHECK, [pair, place, name]);
    if (wait === null) return;
    throw new AppError('too_many_attempts', 429, `Too many failed attempts. Try again in ${wait} seconds.`, {
      headers: { 'retry-after': String(wait) },
    });
  }

  /** Counts a failure; after the free ones each blocks for twice as long as the one before, up to fifteen minutes. */
  async countFailure(account: string, address: string | null): Promise<void> {
    const keys = this.keysOf(account, address);
    await this.statements.run(COUNT_FAILURE, [Object.values(keys)]);
    for (const kind of ['pair', 'address', 'account'] as const) {
      await this.statements.run(BLOCK, [keys[kind], LIMITS[kind].free, LIMITS[kind].seconds]);
    }
  }

  /** Forgets the failures of this account from this address, which is the user's own from now on. */
  async countSuccess(account: string, address: string | null): Promise<void> {
    await this.statements.run(COUNT_SUCCESS, [this.keysOf(account, address).pair]);
  }

  private keysOf(account: string, address: string | null): { pair: string; address: string; account: string } {
    const place = address === null ? 'none' : networkOf(address);
    const digest = (key: string): string => createHmac('sha256', this.key.key).update(key).digest('base64');
    return {
      pair: digest(`pair ${place} ${account}`),
      address: digest(`address ${place}`),
      account: digest(`account ${account}`),
    };
  }
}

/** An IPv6 subscriber has a /64 at least: its addresses count as one. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = '', tail = ''] = address.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const groups = head.split(':').filter(Boolean);
  const missing = 8 - groups.length - tail.split(':').filter(Boolean).length;
  const all = [
    ...groups,
    ...Array.from({ length: Math.max(missing, 0) }, () => '0'),
    ...tail.split(':').filter(Boolean),
  ];
  return `${all
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}

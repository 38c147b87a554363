import { Injectable } from '@nestjs/common';
import { isIPv6 } from 'node:net';
import { networkOf } from '../kernel/address.js';
import type { CountSignIn, Settlement } from './guess-limits.repository.js';
import { GuessLimitsService, type Guess, type GuessCounter, type Reservation } from './guess-limits.service.js';
import type { User } from './user.entity.js';

const LONGEST = 900;

/** One account from one address or IPv6 /64: a user may mistype, or an attacker may try one account. */
const PAIR = { free: 5, seconds: 1, longest: LONGEST };
/** One account from any address: an attacker may try one account from many addresses. */
const ACCOUNT = { free: 100, seconds: 60, longest: LONGEST };
/** Codes of one user after the right password, from any address: an attacker may know the password. */
const CODE = { free: 5, seconds: 1, longest: LONGEST };
/** One address with any account: an attacker may try many accounts. A whole office may share one address. */
const ADDRESS = { free: 50, seconds: 1, longest: LONGEST };
/**
 * An IPv6 subscriber has at least a /64, often a /56 or /48; a provider has a /32. More people share a wider network, so it has more free
 * failures and shorter blocks.
 */
const IPV6_NETWORKS = [
  { bits: 64, limit: ADDRESS },
  { bits: 56, limit: { free: 100, seconds: 1, longest: 300 } },
  { bits: 48, limit: { free: 250, seconds: 1, longest: 60 } },
  { bits: 32, limit: { free: 2_500, seconds: 1, longest: 5 } },
];

/**
 * Limits guesses at passwords, by account and by address, and guesses at second factors, by user. If the account signed in from an address
 * within 90 days, only the failures from this address limit it, and they count for no other limit. The failures of all addresses together
 * block only addresses that failed themselves. So an attacker at another address cannot lock a user out.
 */
@Injectable()
export class LoginThrottleService {
  constructor(private readonly limits: GuessLimitsService) {}

  /** Counts an attempt with a password as a failure, until it is settled. @throws AppError 429 too_many_attempts */
  reserve(account: string, address: string | null): Promise<Reservation> {
    return this.limits.reserve(guessOf(account, address));
  }

  /**
   * The same, and reads the user with this e-mail in the same statement, which `count` runs if it is given. The row may have been written
   * outside the service.
   * @throws AppError 429 too_many_attempts
   */
  reserveSignIn(
    { account, address }: { readonly account: string; readonly address: string | null },
    email: string,
    count?: CountSignIn,
  ): Promise<{ reservation: Reservation; user: User | null }> {
    return this.limits.reserveSignIn(guessOf(account, address), email, count);
  }

  /**
   * Counts a code of a user whose password was right as a failure, until it is settled. Only callers who know the password get here, so
   * this limit also applies to the user's own address. @throws AppError 429 too_many_attempts
   */
  reserveCode(email: string): Promise<Reservation> {
    return this.limits.reserve({ own: { name: codesOf(email), limit: CODE } });
  }

  /** How a right password, and a right code if there was one, are settled: their counters begin again, and the address counts as the user's own. */
  settlementOf(password: Reservation, code?: Reservation): Settlement {
    return this.limits.settlementOf(password, ...(code ? [code] : []));
  }

  /** Settles a right password, and a right code if there was one. */
  settle(settlement: Settlement): Promise<void> {
    return this.limits.settle(settlement);
  }

  /** Takes the failure of an attempt back, because the attempt was not evaluated or was not a guess. */
  giveBack(attempt: Reservation): Promise<void> {
    return this.limits.giveBack(attempt);
  }
}

/** The names of the counters of a user, of sign-ins from these addresses and of codes. */
export function counterNamesOf(account: string, addresses: readonly string[]): string[] {
  const pairs = [null, ...addresses].map((address) => guessOf(account, address).own.name);
  return [...new Set([...pairs, totalOf(account), codesOf(account)])];
}

const totalOf = (account: string): string => `account ${account}`;
const codesOf = (email: string): string => `code ${email}`;

type Place = Pick<GuessCounter, 'limit'> & { readonly place: string };

function guessOf(account: string, address: string | null): Guess {
  const places = countersOf(address);
  return {
    own: { name: `pair ${places[0].place} ${account}`, limit: PAIR },
    shared: places.map(({ place, limit }) => ({ name: `address ${place}`, limit })),
    total: { name: totalOf(account), limit: ACCOUNT },
  };
}

/** The address; for an IPv6 address, its networks, the narrowest first. */
function countersOf(address: string | null): [Place, ...Place[]] {
  if (address === null || !isIPv6(address)) return [{ place: address ?? 'none', limit: ADDRESS }];
  const places = IPV6_NETWORKS.map(({ bits, limit }) => ({
    place: networkOf(address, { ipv4: 32, ipv6: bits }),
    limit,
  }));
  return places as [Place, ...Place[]];
}

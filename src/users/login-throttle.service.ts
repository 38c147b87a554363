import { Injectable } from '@nestjs/common';
import { isIPv6 } from 'node:net';
import { networkOf } from '../kernel/address.js';
import { GuessLimitsService, type GuessCounter, type Reservation } from './guess-limits.service.js';

const LONGEST = 900;

/** One account from one address or IPv6 /64: a user mistypes, or an attacker tries one account. */
const PAIR = { free: 5, seconds: 1, longest: LONGEST };
/** One account, any address: many attackers try one account. */
const ACCOUNT = { free: 100, seconds: 60, longest: LONGEST };
/** Codes of one user after the right password, any address: an attacker knows the password. */
const CODE = { free: 5, seconds: 1, longest: LONGEST };
/** One address, any account: an attacker tries many accounts. An office behind one address shares it. */
const ADDRESS = { free: 50, seconds: 1, longest: LONGEST };
/**
 * An IPv6 subscriber has a /64 at least, often a /56 or /48; a provider has a /32. A wider network is shared by more strangers: it has
 * more failures free, and blocks for shorter.
 */
const IPV6_NETWORKS = [
  { bits: 64, limit: ADDRESS },
  { bits: 56, limit: { free: 100, seconds: 1, longest: 300 } },
  { bits: 48, limit: { free: 250, seconds: 1, longest: 60 } },
  { bits: 32, limit: { free: 2_500, seconds: 1, longest: 5 } },
];

/**
 * Limits guesses at passwords, by account and by address, and guesses at second factors, by user. An address from which the account
 * signed in within 90 days is limited by its own failures alone, and these count nowhere else. The failures of all addresses
 * together block only addresses that failed themselves. So an attacker elsewhere locks no user out.
 */
@Injectable()
export class LoginThrottleService {
  constructor(private readonly limits: GuessLimitsService) {}

  /** Counts an attempt with a password as a failure, until it is settled. @throws AppError 429 too_many_attempts */
  reserve(account: string, address: string | null): Promise<Reservation> {
    const [nearest, ...wider] = countersOf(address);
    return this.limits.reserve({
      own: { name: `pair ${nearest.place} ${account}`, limit: PAIR },
      shared: [nearest, ...wider].map(({ place, limit }) => ({ name: `address ${place}`, limit })),
      total: { name: `account ${account}`, limit: ACCOUNT },
    });
  }

  /**
   * Counts a code of a user whose password was right as a failure, until it is settled. Only a caller who knows the password gets here;
   * the user's own address is limited too. @throws AppError 429 too_many_attempts
   */
  reserveCode(email: string): Promise<Reservation> {
    return this.limits.reserve({ own: { name: `code ${email}`, limit: CODE } });
  }

  /** The password was right, and the code where there was one: their failures begin again, and the address is the user's own. */
  settle(password: Reservation, code?: Reservation): Promise<void> {
    return this.limits.settle(password, ...(code ? [code] : []));
  }

  /** The attempt was not evaluated, or was no guess: nothing of it counts. */
  giveBack(attempt: Reservation): Promise<void> {
    return this.limits.giveBack(attempt);
  }
}

type Place = Pick<GuessCounter, 'limit'> & { readonly place: string };

/** The address, or of an IPv6 address its networks, the narrowest first. */
function countersOf(address: string | null): [Place, ...Place[]] {
  if (address === null || !isIPv6(address)) return [{ place: address ?? 'none', limit: ADDRESS }];
  const places = IPV6_NETWORKS.map(({ bits, limit }) => ({
    place: networkOf(address, { ipv4: 32, ipv6: bits }),
    limit,
  }));
  return places as [Place, ...Place[]];
}

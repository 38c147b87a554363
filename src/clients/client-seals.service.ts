import { Inject, Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { deriveKeys, type DerivedKey, type Secrets } from '../kernel/key-ring.js';
import { isMacOf, macOf } from '../kernel/mac.js';

/** What a bearer request reads of a client that acts for itself. */
export interface SignedClientPower {
  readonly clientId: string;
  readonly roles: string | null;
  /** Null when the service did not sign the row. */
  readonly mac: string | null;
}

/** Everything in the row of a client that decides who can act as the client, and with which roles. */
export interface SignedClient extends SignedClientPower {
  readonly authenticationMethod: string;
  readonly jwksUri: string | null;
  readonly jwks: string | null;
  readonly secretHashes: readonly string[];
}

/**
 * Signs the rows of clients with HMACs under a key of the service's secret, as `UserSealsService` does for users. A client whose row was
 * written or changed outside the service cannot authenticate. The first MAC covers the row. The second MAC covers the first MAC and the roles,
 * so a bearer request reads neither keys nor secrets.
 */
@Injectable()
export class ClientSealsService {
  private readonly keys: readonly [DerivedKey, ...DerivedKey[]];

  constructor(@Inject(Settings) secrets: Secrets) {
    this.keys = deriveKeys('client-mac', secrets.TESSERA_SECRET, secrets.TESSERA_SECRET_PREVIOUS);
  }

  /** The MACs of a row, under the present secret. */
  sign(client: SignedClient): string {
    const whole = macOf(rowOf(client), this.keys[0]);
    return `${whole} ${macOf(powerOf(client, whole), this.keys[0])}`;
  }

  /** Whether the service wrote this row, and the row is unchanged. */
  isGenuine(client: SignedClient): boolean {
    const [whole] = client.mac?.split(' ', 1) ?? [];
    return whole !== undefined && isMacOf(rowOf(client), whole, this.keys) && this.isPowerGenuine(client);
  }

  /** Whether the service gave the client these roles. */
  isPowerGenuine(client: SignedClientPower): boolean {
    const [whole = '', mac = ''] = client.mac?.split(' ') ?? [];
    return isMacOf(powerOf(client, whole), mac, this.keys);
  }
}

/** The signed text of a row. It is JSON, so different rows have different texts. Its first word is the version of this list. */
function rowOf({ clientId, authenticationMethod, jwksUri, jwks, roles, secretHashes }: SignedClient): string {
  return JSON.stringify(['client-1', clientId, authenticationMethod, jwksUri, jwks, roles, secretHashes]);
}

function powerOf({ clientId, roles }: Omit<SignedClientPower, 'mac'>, whole: string): string {
  return JSON.stringify(['client-power-1', clientId, roles, whole]);
}

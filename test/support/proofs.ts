import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { createHash, randomUUID } from 'node:crypto';
import { passwordOf, type Answer } from './client.js';
import type { Service } from './service.js';
import { keepSecret, TOKEN, tokensOf, type Tokens } from './sessions.js';

/** The request that a proof describes, and the changes that make it a bad proof. An undefined claim is left out. */
export interface Proved {
  readonly method?: string;
  readonly path?: string;
  /** The public URL of the service, where it differs from the URL of the process. */
  readonly publicUrl?: string;
  readonly access?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A key of a client, and the DPoP proofs that the client makes with it (RFC 9449, section 4.2), by jose alone. */
export class ProvingKey {
  private constructor(
    private readonly privateKey: CryptoKey,
    readonly jwk: JWK,
    readonly jkt: string,
    readonly alg: string,
  ) {}

  static async make(alg = 'ES256'): Promise<ProvingKey> {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = await exportJWK(publicKey);
    return new ProvingKey(privateKey, jwk, await calculateJwkThumbprint(jwk), alg);
  }

  /** The private key as a JWK, which no proof may contain. */
  privateJwk(): Promise<JWK> {
    return exportJWK(this.privateKey);
  }

  /** A proof for a request to this service, by default one to the token endpoint. */
  prove(
    service: Service,
    { method = 'POST', path = TOKEN, access, claims, header, publicUrl }: Proved = {},
  ): Promise<string> {
    return new SignJWT({
      jti: randomUUID(),
      htm: method,
      htu: (publicUrl ?? service.url) + (path.split('?')[0] ?? ''),
      iat: Math.floor(Date.now() / 1000),
      ...(access !== undefined && { ath: createHash('sha256').update(access).digest('base64url') }),
      ...claims,
    })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: this.alg, jwk: this.jwk, ...header })
      .sign(this.privateKey);
  }
}

/** Sends a request to the token endpoint with this proof. */
export async function askWith(service: Service, proof: string, fields: Record<string, string>): Promise<Answer> {
  const answer = await service.client().form('POST', TOKEN, fields, { dpop: proof });
  if (answer.status === 200) keepSecret(tokensOf(answer).refresh, ...tokensOf(answer).access.split('.').slice(1));
  return answer;
}

/** Signs a fixture user in with a proof by this key, as the client of this name. */
export async function loginWith(service: Service, key: ProvingKey, clientId: string, name = 'all'): Promise<Tokens> {
  return tokensOf(await askWith(service, await key.prove(service), passwordForm(name, clientId)));
}

/** Refreshes with a proof by this key, or without a proof. */
export async function refreshWith(service: Service, key: ProvingKey | undefined, refresh: string): Promise<Answer> {
  const fields = { grant_type: 'refresh_token', refresh_token: refresh };
  if (key) return askWith(service, await key.prove(service), fields);
  return service.client().form('POST', TOKEN, fields);
}

/** A request with a proof, and its JSON body, if it has one. */
interface Called extends Proved {
  readonly body?: unknown;
}

/** Sends a request with a bound access token and a proof. `proved` changes the proof. */
export async function call(
  service: Service,
  key: ProvingKey,
  access: string,
  { path = '/api/sys/refreshtokens?size=1', method = 'GET', body, ...proved }: Called = {},
): Promise<Answer> {
  const dpop = await key.prove(service, { method, path, access, ...proved });
  const client = service.client(`DPoP ${access}`);
  if (body === undefined) return client.send(method, path, { headers: { dpop } });
  const headers = { dpop, 'content-type': 'application/json' };
  return client.send(method, path, { headers, body: JSON.stringify(body) });
}

export function passwordForm(name: string, clientId: string): Record<string, string> {
  return {
    ...{ grant_type: 'password', username: `${name}@example.com`, password: passwordOf(name) },
    client_id: clientId,
  };
}

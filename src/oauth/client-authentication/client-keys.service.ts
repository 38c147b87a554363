import { Injectable } from '@nestjs/common';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import type { RegisteredClient } from '../../clients/registered-client.js';
import { RETRY_AFTER_SECONDS } from '../../database/database-failures.js';
import { AppError } from '../../kernel/app-error.js';
import { forgetOldest } from '../../kernel/forget-oldest.js';

/** How long to wait for a key set, in milliseconds. */
const LIMIT_MS = 5_000;
/** How large a fetched key set may be, in bytes. */
const MOST_BYTES = 65_536;
/** How many fetched key sets are remembered. If there are more, the oldest is forgotten. */
const CAPACITY = 1_000;

/** The keys of a client could not be fetched. */
class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
}

/**
 * The public keys of clients. A key set behind a URL is fetched when it is first needed, then every ten minutes, and at most once in thirty
 * seconds for a key that is not in it.
 */
@Injectable()
export class ClientKeysService {
  private readonly fetched = new Map<string, JWTVerifyGetKey>();
  private readonly local = new WeakMap<JSONWebKeySet, JWTVerifyGetKey>();

  /** Finds the key of an assertion of this client. @throws every error of jose for a client whose keys are no keys */
  of({ jwks, jwksUri = '' }: Pick<RegisteredClient, 'jwks' | 'jwksUri'>): JWTVerifyGetKey {
    if (!jwks) return this.behind(jwksUri);
    const keys = this.local.get(jwks) ?? createLocalJWKSet(jwks);
    this.local.set(jwks, keys);
    return keys;
  }

  /** The failure of a fetch as a response to the client; undefined for every other error. */
  unavailable(error: unknown): AppError | undefined {
    const { code } = error as { code?: unknown };
    if (!(error instanceof KeysUnavailable) && code !== 'ERR_JWKS_TIMEOUT' && code !== 'ERR_JWKS_INVALID')
      return undefined;
    return new AppError('client_keys_unavailable', 503, 'The keys of the client cannot be fetched. Try again.', {
      headers: { 'retry-after': RETRY_AFTER_SECONDS },
      detail: (error as Error).message,
    });
  }

  private behind(uri: string): JWTVerifyGetKey {
    const known = this.fetched.get(uri);
    if (known) return known;
    const keys = createRemoteJWKSet(new URL(uri), { timeoutDuration: LIMIT_MS, [customFetch]: fetchSmall });
    this.fetched.set(uri, keys);
    forgetOldest(this.fetched, CAPACITY);
    return keys;
  }
}

/** Fetches a key set, without following redirects. @throws KeysUnavailable */
const fetchSmall: FetchImplementation = async (url, options) => {
  try {
    const response = await fetch(url, options);
    if (response.status !== 200) throw new Error(`it answered ${response.status}`);
    const text = await smallText(response);
    JSON.parse(text);
    return new Response(text);
  } catch (error) {
    const { message, cause } = error as Error;
    throw new KeysUnavailable(`${url}: ${cause instanceof Error ? cause.message : message}`, { cause: error });
  }
};

async function smallText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`it answered more than ${MOST_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

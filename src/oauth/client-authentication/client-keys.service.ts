import { Injectable } from '@nestjs/common';
import type { Counter } from 'prom-client';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type FetchImplementation,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import type { RegisteredClient } from '../../clients/registered-client.js';
import { AppError } from '../../kernel/app-error.js';
import { forgetOldest } from '../../kernel/forget-oldest.js';
import { MetricsService } from '../../observability/metrics.service.js';

/** How long to wait for a key set, in milliseconds. */
const LIMIT_MS = 5_000;
/** How long a failure to fetch a key set is remembered, in seconds. Until then, the service does not fetch this key set again. */
const FAILED_FOR = 10;
/** How large a fetched key set may be, in bytes. */
const MOST_BYTES = 65_536;
/** How many fetched key sets are remembered. If there are more, the oldest is forgotten. */
const CAPACITY = 1_000;

/** The keys of a client could not be fetched. */
class KeysUnavailable extends Error {
  override readonly name = 'KeysUnavailable';
  private readonly until = performance.now() + FAILED_FOR * 1_000;

  /** For how many seconds the failure is remembered from now on. */
  get secondsLeft(): number {
    return Math.ceil((this.until - performance.now()) / 1_000);
  }
}

/**
 * The public keys of clients. A key set behind a URL is fetched when it is first needed, then every ten minutes, and at most once in thirty
 * seconds for a key that is not in it. After a failure it is fetched again in ten seconds at the earliest: otherwise each assertion that
 * anybody sends would cause a fetch, and would wait for a host that does not answer.
 */
@Injectable()
export class ClientKeysService {
  private readonly fetched = new Map<string, JWTVerifyGetKey>();
  private readonly local = new WeakMap<JSONWebKeySet, JWTVerifyGetKey>();
  private readonly fetches: Counter<'outcome'>;

  constructor(metrics: MetricsService) {
    this.fetches = metrics.counter({
      name: 'tessera_client_key_fetches_total',
      help: 'Key sets of clients that were fetched from their `JwksUri`, or not fetched because the last fetch failed seconds ago.',
      action: 'Many `failed` or `skipped`: the log has the URL (`client_keys_unavailable`). Ask who runs that client.',
      labelNames: ['outcome'],
    });
    for (const outcome of ['fetched', 'failed', 'skipped']) this.fetches.inc({ outcome }, 0);
  }

  /** Finds the key of an assertion of this client. @throws every error of jose for a client whose keys are no keys */
  of({ jwks, jwksUri = '' }: Pick<RegisteredClient, 'jwks' | 'jwksUri'>): JWTVerifyGetKey {
    if (!jwks) return this.behind(jwksUri);
    const keys = this.local.get(jwks) ?? createLocalJWKSet(jwks);
    this.local.set(jwks, keys);
    return keys;
  }

  /** The failure of a fetch as a response to the client; undefined for every other error. */
  unavailable(error: unknown): AppError | undefined {
    if (!(error instanceof KeysUnavailable)) return undefined;
    return new AppError('client_keys_unavailable', 503, 'The keys of the client cannot be fetched. Try again.', {
      headers: { 'retry-after': String(Math.max(error.secondsLeft, 1)) },
      detail: error.message,
    });
  }

  private behind(uri: string): JWTVerifyGetKey {
    const known = this.fetched.get(uri);
    if (known) return known;
    const keys = createRemoteJWKSet(new URL(uri), { timeoutDuration: LIMIT_MS, [customFetch]: this.fetcher() });
    this.fetched.set(uri, keys);
    forgetOldest(this.fetched, CAPACITY);
    return keys;
  }

  /** A function that fetches one key set, and remembers its last failure. */
  private fetcher(): FetchImplementation {
    let failure: KeysUnavailable | undefined;
    const count = (outcome: 'fetched' | 'failed' | 'skipped'): void => {
      this.fetches.inc({ outcome });
    };
    return async (url, options) => {
      if (failure && failure.secondsLeft > 0) {
        count('skipped');
        throw failure;
      }
      try {
        const response = await fetchSmall(url, options);
        count('fetched');
        return response;
      } catch (error) {
        failure = error as KeysUnavailable;
        count('failed');
        throw failure;
      }
    };
  }
}

/** Fetches a key set, without following redirects. @throws KeysUnavailable */
const fetchSmall: FetchImplementation = async (url, options) => {
  try {
    const response = await fetch(url, options);
    if (response.status !== 200) throw new Error(`it answered ${response.status}`);
    const text = await smallText(response);
    createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
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

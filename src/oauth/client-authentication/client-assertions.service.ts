import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { JWTPayload } from 'jose';
import type { RegisteredClient } from '../../clients/registered-client.js';
import { Settings } from '../../config/settings.js';
import { JobsService } from '../../jobs/jobs.service.js';
import type { ClientAuthenticationRefusal } from '../../kernel/refusal-reasons.js';
import { refusalOf, verifiedClaims } from './assertion-verification.js';
import { ClientAssertionsRepository } from './client-assertions.repository.js';
import { ClientKeysService } from './client-keys.service.js';
import type { EndpointPath } from './client-methods.js';

const LONGEST_JTI = 512;
const FORGET_EVERY_SECONDS = 600;
const FORGET_AT_ONCE = 1_000;

/** Verifies the assertions of clients with `private_key_jwt` (RFC 7523, sections 2.2 and 3). */
@Injectable()
export class ClientAssertionsService implements OnModuleInit {
  constructor(
    private readonly keys: ClientKeysService,
    private readonly assertions: ClientAssertionsRepository,
    private readonly jobs: JobsService,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: 'client-assertions',
      description: 'Forgets assertions of clients that have expired.',
      every: FORGET_EVERY_SECONDS,
      batchSize: FORGET_AT_ONCE,
      batch: (size) => this.assertions.forget(size),
    });
  }

  /**
   * Why an assertion does not authenticate this client at this endpoint; undefined when it does, and is spent by it. An assertion is good
   * once, at one of all replicas. Only an assertion with a right signature costs a statement.
   * @throws AppError 503 client_keys_unavailable
   */
  async fault(
    client: RegisteredClient,
    assertion: string,
    endpoint: EndpointPath,
  ): Promise<ClientAuthenticationRefusal | undefined> {
    let claims: JWTPayload;
    try {
      claims = await verifiedClaims(assertion, this.keys.of(client), {
        clientId: client.clientId,
        audience: this.audienceAt(endpoint),
      });
    } catch (error) {
      const unavailable = this.keys.unavailable(error);
      if (unavailable) throw unavailable;
      return refusalOf(error);
    }
    const { exp = 0, nbf = 0, iat = 0, jti } = claims;
    if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) return 'assertion-claims';
    return this.assertions.spend({ clientId: client.clientId, jti, expires: exp, begins: Math.max(nbf, iat) });
  }

  /** Widespread clients name the issuer. Others name the token endpoint, also where they call another endpoint. */
  private audienceAt(endpoint: EndpointPath): string[] {
    const { PUBLIC_URL: issuer } = this.settings;
    return [issuer, `${issuer}/api/token`, issuer + endpoint];
  }
}

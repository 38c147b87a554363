import { Injectable } from '@nestjs/common';
import { AuditEventsService } from '../../audit/audit-events.service.js';
import { ClientsService } from '../../clients/clients.service.js';
import type { RegisteredClient } from '../../clients/registered-client.js';
import type { Origin } from '../../kernel/origin.js';
import { CLIENT_AUTHENTICATION_REFUSALS, type ClientAuthenticationRefusal } from '../../kernel/refusal-reasons.js';
import { MetricsService } from '../../observability/metrics.service.js';
import { Outcomes } from '../../observability/outcomes.js';
import { ClientThrottleService } from '../../users/client-throttle.service.js';
import { oauthError } from '../oauth-error.js';
import { ClientAssertionsService } from './client-assertions.service.js';
import type { ClientCredentials, ClientProof } from './client-credentials.js';
import { SECRET_AND_KEY_METHODS, type EndpointPath } from './client-methods.js';
import { invalidClient } from './invalid-client.js';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What a request shows of its client, where it came from, and the endpoint that it calls. */
interface ClientAttempt {
  readonly credentials: ClientCredentials;
  readonly origin: Origin;
  readonly endpoint: EndpointPath;
}

type Method = (typeof SECRET_AND_KEY_METHODS)[number];

/**
 * Authenticates registered clients (RFC 6749, section 2.3): by the method of their record and no other. A client that is not registered has
 * nothing to prove: its name is only a name (contract 3).
 */
@Injectable()
export class ClientAuthenticationService {
  private readonly outcomes: Outcomes<Method>;

  constructor(
    private readonly clients: ClientsService,
    private readonly assertions: ClientAssertionsService,
    private readonly throttle: ClientThrottleService,
    private readonly events: AuditEventsService,
    metrics: MetricsService,
  ) {
    this.outcomes = new Outcomes(metrics, {
      name: 'tessera_client_authentications_total',
      help: 'Authentications of registered clients, by method or by the reason of the refusal.',
      action: 'Look up a reason that grows in errors.md, and its client in the audit trail (`client-refused`).',
      successes: SECRET_AND_KEY_METHODS,
      refusals: Object.keys(CLIENT_AUTHENTICATION_REFUSALS),
    });
  }

  /** The registered client that a request names, in any spelling; undefined when it names none. Nothing is authenticated. */
  async find({ spellings, clientId }: ClientCredentials): Promise<RegisteredClient | undefined> {
    for (const name of clientId === undefined ? [] : [clientId, ...spellings]) {
      const client = await this.clients.find(name);
      if (client) return client;
    }
    return undefined;
  }

  /**
   * The registered client of a request, authenticated; undefined when the request names no client, or one that is not registered. It runs no
   * statement, but one for an assertion with a right signature, and two for a refusal.
   * @throws AppError invalid_client with its reason as the detail; invalid_request for two methods at a time; 429 too_many_attempts; 503
   * client_keys_unavailable
   */
  async authenticate(attempt: ClientAttempt): Promise<RegisteredClient | undefined> {
    const client = await this.find(attempt.credentials);
    return this.authenticateAs(client, attempt);
  }

  /** The same for the client whose token the request has, which names none. */
  async authenticateAs(client: RegisteredClient | undefined, attempt: ClientAttempt): Promise<typeof client> {
    const { proofs } = attempt.credentials;
    if (!client) {
      const signed = proofs.find(({ method }) => method === 'private_key_jwt');
      if (signed) await this.outcomes.count(this.refuse('', 'not-registered', attempt), () => signed.method);
      return undefined;
    }
    const isPublic = client.authenticationMethod === 'none' && proofs.length === 0;
    if (!isPublic) await this.outcomes.count(this.demandProof(client, attempt), (method) => method);
    return client;
  }

  private async demandProof(client: RegisteredClient, attempt: ClientAttempt): Promise<Method> {
    const { clientId, enabled, authenticationMethod } = client;
    const { credentials, origin } = attempt;
    const [proof, other] = credentials.proofs;
    if (other) throw oauthError('invalid_request', 'The request authenticates its client in two ways: use one.');
    this.throttle.check(clientId, origin.address);
    if (proof?.method !== authenticationMethod) return this.refuse(clientId, 'other-method', attempt);
    const refusal = await this.faultOf(client, proof, attempt.endpoint);
    if (refusal) return this.refuse(clientId, refusal, attempt);
    if (!client.isGenuine) return this.refuse(clientId, 'client-tampered', attempt);
    if (!enabled) return this.refuse(clientId, 'client-disabled', attempt);
    await this.throttle.settle(clientId, origin.address);
    return proof.method;
  }

  private async faultOf(
    client: RegisteredClient,
    proof: ClientProof,
    endpoint: EndpointPath,
  ): Promise<ClientAuthenticationRefusal | undefined> {
    if (proof.method !== 'private_key_jwt')
      return this.clients.verifySecret(client, proof.secret) ? undefined : 'wrong-secret';
    if (proof.type !== ASSERTION_TYPE) return 'assertion-type';
    return this.assertions.fault(client, proof.assertion, endpoint);
  }

  /**
   * Counts the failure, writes its event and throws the refusal. Without a name the client is not registered: what it calls itself may be
   * anything, so the event does not contain it.
   */
  private async refuse(clientId: string, reason: ClientAuthenticationRefusal, attempt: ClientAttempt): Promise<never> {
    const { origin } = attempt;
    await this.throttle.count(clientId, origin.address);
    const actor = { name: 'unknown', origin };
    await this.events.record({ kind: 'client-refused', actor, reason, ...(clientId !== '' && { clientId }) });
    throw invalidClient(reason, attempt.credentials.isBasic, attempt.endpoint);
  }
}

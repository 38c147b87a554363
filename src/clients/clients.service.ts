import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DeclaredRolesService } from '../access/declared-roles.service.js';
import { Settings } from '../config/settings.js';
import { AppError } from '../kernel/app-error.js';
import { RefreshAheadCache } from '../kernel/refresh-ahead-cache.js';
import type { ClientRefusal } from '../kernel/refusal-reasons.js';
import { ClientRegistryRepository } from './client-registry.repository.js';
import { ClientSealsService } from './client-seals.service.js';
import { isSecretOf } from './client-secrets.js';
import { registeredClient, type ClientPolicy, type RegisteredClient } from './registered-client.js';

/** After this time at the latest, this process knows a change of the registry. */
const REMEMBERED_FOR_MS = 1_000;

interface Registry {
  readonly digest: string | undefined;
  readonly clients: ReadonlyMap<string, RegisteredClient>;
  /** The origins of the pages of enabled clients. */
  readonly origins: ReadonlySet<string>;
  /** Whether some client authenticates. */
  readonly authenticates: boolean;
}

/**
 * The registered clients. Each process remembers all of them for at most a second, and reads them again ahead of time while requests come.
 * So no request waits for the registry, and a change takes effect everywhere within a second.
 */
@Injectable()
export class ClientsService {
  /** The policy of a client that is not registered: the settings. */
  readonly defaults: ClientPolicy;
  private registry: Registry = { digest: undefined, clients: new Map(), origins: new Set(), authenticates: false };
  private readonly remembered = new RefreshAheadCache(() => this.read(), REMEMBERED_FOR_MS);

  constructor(
    private readonly rows: ClientRegistryRepository,
    private readonly seals: ClientSealsService,
    private readonly modules: ModuleRef,
    private readonly settings: Settings,
  ) {
    this.defaults = {
      accessTokenTtl: settings.ACCESS_TOKEN_TTL,
      refreshTokenTtl: settings.REFRESH_TOKEN_TTL,
      refreshTokenMaxAge: settings.REFRESH_TOKEN_MAX_AGE,
      refreshRetryWindow: settings.REFRESH_RETRY_WINDOW,
      refreshLostAnswerWindow: settings.REFRESH_LOST_ANSWER_WINDOW,
      sessionsPerUser: 1,
      audience: undefined,
      authenticationMethod: 'none',
      dpopRequired: false,
    };
  }

  /** The registered client of this name, as it was a second ago or later; undefined when no such client is registered. */
  async find(clientId: string): Promise<RegisteredClient | undefined> {
    return (await this.remembered.get()).clients.get(clientId);
  }

  /**
   * The policy of a client that signs in users, or that uses a grant.
   * @throws AppError unauthorized_client when the client is disabled, when it is not registered and must be, or when it may not use the grant
   */
  async admitted(clientId: string, grant?: string): Promise<ClientPolicy> {
    const client = await this.find(clientId);
    if (!client && this.settings.CLIENTS === 'registered') throw unauthorized('client-not-registered');
    if (client?.enabled === false) throw unauthorized('client-disabled');
    if (grant !== undefined && client?.allowedGrants?.includes(grant) === false)
      throw unauthorized('grant-not-allowed');
    return client ?? this.defaults;
  }

  /** All registered clients, as they were a second ago or later. */
  async all(): Promise<readonly RegisteredClient[]> {
    return [...(await this.remembered.get()).clients.values()];
  }

  /** Returns a function that finds the policy of a client: that of its record, or the settings. Only the call of `policies` can fail. */
  async policies(): Promise<(clientId: string) => ClientPolicy> {
    const { clients } = await this.remembered.get();
    return (clientId) => clients.get(clientId) ?? this.defaults;
  }

  /** The roles that a client may have: those that routes require. */
  knownRoles(): readonly string[] {
    return this.modules.get(DeclaredRolesService, { strict: false }).roles();
  }

  /** The origins of the pages of enabled clients, as this process last knew them. */
  get latestOrigins(): ReadonlySet<string> {
    return this.registry.origins;
  }

  /** Reads the registry, unless this process knows how it was a second ago or later. */
  async refresh(): Promise<void> {
    await this.remembered.get();
  }

  /** Whether some registered client authenticates. */
  async someAuthenticate(): Promise<boolean> {
    return (await this.remembered.get()).authenticates;
  }

  /** Whether a secret is one of the two that the client may have at a time. The comparison takes constant time. */
  verifySecret(client: RegisteredClient, secret: string): boolean {
    return isSecretOf(client, secret);
  }

  /** Forgets the remembered clients, because this process changed them. */
  forget(): void {
    this.remembered.forget();
  }

  private async read(): Promise<Registry> {
    const known = this.registry;
    const rows = await this.rows.read(known.digest);
    const digest = rows[0]?.digest;
    if (digest === known.digest) {
      // A slower read that began earlier may have put an earlier registry in its place meanwhile.
      this.registry = known;
      return known;
    }
    const clients = rows.flatMap((row) =>
      row.clientId === null ? [] : registeredClient(row, this.defaults, this.seals.isGenuine(row)),
    );
    this.registry = {
      digest,
      clients: new Map(clients.map((client) => [client.clientId, client])),
      origins: new Set(clients.flatMap(({ enabled, allowedOrigins }) => (enabled ? allowedOrigins : []))),
      authenticates: clients.some(({ authenticationMethod }) => authenticationMethod !== 'none'),
    };
    return this.registry;
  }
}

const MESSAGES: Readonly<Record<ClientRefusal, string>> = {
  'client-disabled': 'The client is disabled.',
  'client-not-registered': 'The client is not registered, and this service accepts registered clients only.',
  'grant-not-allowed': 'The client may not use this grant.',
};

function unauthorized(detail: ClientRefusal): AppError {
  return new AppError('unauthorized_client', 400, MESSAGES[detail], { detail });
}

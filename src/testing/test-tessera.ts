import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule, Type } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeclaredRolesService } from '../access/declared-roles.service.js';
import { demandKnownRoles } from '../access/known-roles.js';
import { assemble } from '../application.js';
import { settingsFrom, type SettingsInput } from '../config/given-settings.js';
import { Settings } from '../config/settings.js';
import { EngineSource } from '../database/engine-source.js';
import { modulesOf } from '../defined-grants.module.js';
import { demandDefinition, type NestModule } from '../definition.js';
import { SERVICE } from '../kernel/origin.js';
import type { Grant } from '../oauth/grants/grant.js';
import { UsersService } from '../users/users.service.js';
import { freePort } from './free-port.js';
import { MemoryEngine } from './memory-engine.js';
import { TestClock } from './test-clock.js';

/**
 * What a test starts.
 * @publicApi
 */
export interface TestOptions {
  /** The modules under test. */
  readonly modules?: readonly NestModule[];
  /** The grants under test. */
  readonly grants?: readonly Type<Grant>[];
  /** Settings that differ from the defaults. The environment is not read. */
  readonly settings?: Omit<SettingsInput, 'DATA_DIR' | 'HOST' | 'PORT' | 'PUBLIC_URL'>;
}

/**
 * A signed-in user.
 * @publicApi
 */
export interface TestUser {
  readonly email: string;
  readonly password: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Sends a request to a path of the service, with the user's access token. An object as body is sent as JSON. */
  fetch(
    path: string,
    init?: Omit<RequestInit, 'body'> & { readonly body?: RequestInit['body'] | object },
  ): Promise<Response>;
}

/** Gives the service its database in memory. */
class MemoryDatabaseModule {
  static readonly global: DynamicModule = {
    module: MemoryDatabaseModule,
    global: true,
    providers: [{ provide: EngineSource, useClass: MemoryEngine }],
    exports: [EngineSource],
  };
}

/**
 * A service for tests: on an embedded database in memory, at a free port of 127.0.0.1. Run one at a time in a process.
 * @publicApi
 */
export class TestTessera {
  /** The clock of the service and its database. */
  readonly clock: TestClock;

  private constructor(
    /** Where the service answers, such as `http://127.0.0.1:41234`. */
    readonly url: string,
    private readonly app: NestFastifyApplication,
    private readonly folder: string,
  ) {
    this.clock = new TestClock(app.get(Settings).DATABASE_URL === undefined);
  }

  /** @internal */
  static async start({ settings = {}, ...definition }: TestOptions): Promise<TestTessera> {
    demandDefinition(definition);
    const folder = mkdtempSync(join(tmpdir(), 'tessera-testing-'));
    try {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const given = { LOG_LEVEL: 'warn', ADMIN_PASSWORD: randomUUID(), ...settings };
      const app = await assemble(
        settingsFrom({ ...given, DATA_DIR: folder, PUBLIC_URL: url }),
        [MemoryDatabaseModule.global, ...modulesOf(definition)],
        'its own log',
      );
      await app.listen(port, '127.0.0.1');
      return new TestTessera(url, app, folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** A provider of the service or of the modules under test. @throws UnknownElementException when there is none */
  get<T>(token: Type<T>): T {
    return this.app.get(token);
  }

  /**
   * Makes a user with exactly these roles, and signs the user in.
   * @throws AppError 400 when no route declares a role
   */
  async signIn(...roles: string[]): Promise<TestUser> {
    demandKnownRoles(roles, this.get(DeclaredRolesService).roles());
    const email = `${randomUUID()}@example.com`;
    const password = randomUUID();
    await this.get(UsersService).add({ email, password, roles }, SERVICE);
    const form = new URLSearchParams({ grant_type: 'password', username: email, password, client_id: 'tests' });
    const response = await fetch(`${this.url}/api/token`, { method: 'POST', body: form });
    if (!response.ok) throw new Error(`The user was not signed in: ${response.status} ${await response.text()}`);
    const tokens = (await response.json()) as { access_token: string; refresh_token: string };
    return {
      email,
      password,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      fetch: (path, { body, ...init } = {}) => {
        const headers = new Headers(init.headers);
        headers.set('authorization', `Bearer ${tokens.access_token}`);
        if (!isPlain(body)) return fetch(this.url + path, { ...init, headers, ...(body !== undefined && { body }) });
        headers.set('content-type', 'application/json');
        return fetch(this.url + path, { ...init, headers, body: JSON.stringify(body) });
      },
    };
  }

  /** Stops the service and deletes its data. */
  async dispose(): Promise<void> {
    await this.app.close();
    this.clock.reset();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/**
 * Starts the service with the modules under test.
 * @throws SettingsError, or DefinitionError when a module cannot be used
 * @publicApi
 */
export function startTessera(options: TestOptions = {}): Promise<TestTessera> {
  return TestTessera.start(options);
}

function isPlain(body: unknown): body is object {
  return (
    typeof body === 'object' &&
    body !== null &&
    [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(body) as object)
  );
}

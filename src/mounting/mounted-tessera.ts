import type { BeforeApplicationShutdown, OnApplicationShutdown, Type } from '@nestjs/common';
import type { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { AppModule } from '../app.module.js';
import { assemble } from '../application.js';
import type { SettingsInput } from '../config/given-settings.js';
import { Settings } from '../config/settings.js';
import { modulesOf } from '../defined-grants.module.js';
import { DefinitionError, demandDefinition, type NestModule } from '../definition.js';
import type { Grant } from '../oauth/grants/grant.js';
import { ShutdownService } from '../observability/shutdown.service.js';
import { mountedSettings } from './mounted-settings.js';

/**
 * What a surrounding application gives to `TesseraModule`.
 * @publicApi
 */
export interface TesseraModuleOptions {
  /** `PUBLIC_URL` is required, and `HOST` and `PORT` must be absent, because the surrounding application listens. */
  readonly settings: SettingsInput;
  /** Modules that the conventions of Tessera apply to: its guards, validation, failures and documentation. */
  readonly modules?: readonly NestModule[];
  /** Grants of the token endpoint. They may inject what the modules export. */
  readonly grants?: readonly Type<Grant>[];
}

/** The modules of the surrounding application, and the one that stands for Tessera. */
interface Surroundings {
  readonly container: ModulesContainer;
  readonly module: Type;
}

/**
 * Tessera inside a surrounding application. It is an application of its own with its own guards, pipes and filters, so that neither changes
 * the routes of the other. Inject this class to reach the services of Tessera.
 * @publicApi
 */
export class MountedTessera implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly fastify: FastifyInstance;

  private constructor(private readonly app: NestFastifyApplication) {
    this.fastify = app.getHttpAdapter().getInstance();
  }

  /** @internal */
  static async start(
    { settings, ...definition }: TesseraModuleOptions,
    { httpAdapter }: HttpAdapterHost,
    { container, module }: Surroundings,
  ): Promise<MountedTessera> {
    demandDefinition(definition);
    const imported = [...container.values()].map(({ metatype }) => metatype);
    if (imported.includes(AppModule))
      throw new DefinitionError(`${module.name} is for your own application: Tessera itself cannot import it.`);
    if (imported.filter((type) => type === module).length > 1)
      throw new DefinitionError(`${module.name} is imported twice. Call forRoot or forRootAsync once.`);
    // An application context has no server.
    const server = httpAdapter as typeof httpAdapter | undefined;
    if (server && server.getType() !== 'fastify')
      throw new DefinitionError(
        `${module.name} needs an application on Fastify: NestFactory.create(AppModule, new FastifyAdapter()).`,
      );
    const mounted = new MountedTessera(await assemble(mountedSettings(settings), modulesOf(definition)));
    if (server) {
      await mounted.fastify.ready();
      mounted.mountOn(server.getInstance<FastifyInstance>());
    }
    return mounted;
  }

  /** A provider of Tessera or of its modules, such as `UsersService`. @throws UnknownElementException when there is none */
  get<T>(token: Type<T>): T {
    return this.app.get(token);
  }

  /** Delays the shutdown as `SHUTDOWN_DELAY` demands. */
  async beforeApplicationShutdown(signal?: string): Promise<void> {
    await this.get(ShutdownService).beforeApplicationShutdown(signal);
  }

  /** Closes Tessera after the surrounding application has answered its last request. */
  async onApplicationShutdown(): Promise<void> {
    await this.app.close();
  }

  private mountOn(surrounding: FastifyInstance): void {
    const { acceptConnection } = this.fastify;
    surrounding.server.on('connection', (socket: Socket) => {
      acceptConnection(socket);
    });
    surrounding.addHook('onRoute', (route: RouteOptions) => {
      if (route.config?.isMountOfTessera)
        route.onRequest = [route.onRequest ?? [], this.passOn.bind(this, depthOf(route.url))].flat();
    });
    this.mountWellKnown(surrounding);
  }

  /** RFC 8414, section 3: the metadata of an issuer with a path is not below that path. */
  private mountWellKnown(surrounding: FastifyInstance): void {
    const { pathname } = new URL(this.get(Settings).PUBLIC_URL);
    if (pathname === '/') return;
    surrounding.route({
      method: ['GET', 'HEAD', 'OPTIONS'],
      url: `/.well-known/:document${pathname}`,
      onRequest: this.passOn.bind(this, 0),
      handler: () => undefined,
    });
  }

  private passOn(depth: number, request: FastifyRequest, reply: FastifyReply): void {
    const raw: IncomingMessage = request.raw;
    const url = withoutSegments(raw.url ?? '/', depth);
    const [, first = ''] = (url.split('?', 1)[0] ?? '').split(/\/+/);
    if (!this.fastify.methodTable.hasSegment(first.toLowerCase())) {
      reply.callNotFound();
      return;
    }
    reply.hijack();
    raw.url = url;
    this.fastify.routing(raw, reply.raw);
  }
}

/** The number of segments before the wildcard of a route. */
function depthOf(path: string): number {
  return path.split('/').filter(Boolean).length - 1;
}

function withoutSegments(url: string, count: number): string {
  const rest = url.replace(new RegExp(`^(?:/+[^/?]+){${count}}`), '');
  return rest.startsWith('/') ? rest : `/${rest}`;
}

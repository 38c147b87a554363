import {
  applyDecorators,
  Body,
  Controller,
  Delete,
  Get,
  Post,
  Put,
  Query,
  Res,
  type StreamableFile,
  type Type,
} from '@nestjs/common';
import { RouteConstraints } from '@nestjs/platform-fastify';
import { ApiExcludeEndpoint, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CurrentPrincipal } from '../../access/current-principal.js';
import { Role } from '../../access/policy.js';
import { holdsRole, type Principal } from '../../access/principal.js';
import { ApiFailures } from '../../http/api-failures.js';
import { ApiCreate, ApiDelete, ApiGet, ApiList, ApiUpdate, ApiUpdateAt } from '../api-resource.js';
import { BatchQuery } from '../batch-query.js';
import { CheckedBodyAtId } from '../body.pipe.js';
import { entityTagOf } from '../entity-tag.js';
import { IdParam, readIdOfPath } from '../id.pipe.js';
import { toBatch, toListEnvelope, type ListEnvelope } from '../list-envelope.js';
import { Preconditions, RequestPreconditions } from '../preconditions.js';
import type { Search } from '../search.js';
import { SearchQuery } from '../search-parameters.js';
import { WriteEnvelope } from '../write-envelope.js';
import { ApiCommands, ApiRunCommand } from './api-commands.js';
import { demandRole } from './command-runs.js';
import { CommandEnvelope, commandViews, type CommandView } from './command-views.js';
import { declaredResource, type DeclaredResource } from './declared-resource.js';
import { demandRolesOfFilters } from './examined-filters.js';
import { bodiesOf } from './resource-bodies.js';
import type { ResourceRecord } from './resource-record.js';
import type { Operation } from './resource.decorator.js';
import { RoutesOfResource, type ResourceRoutes, type SearchRoutes } from './resource-routes.js';
import { viewsOf, type ResourceView } from './resource-views.js';
import { ResourceService } from './resource.service.js';
import { RunCommand } from './run-command.js';

/**
 * Sets the class of the first parameter, a body: the class is known when the resource is, and not to the compiler. OpenAPI has the schemas of
 * the classes that the compiler notes, also of routes that a resource does not have.
 */
function BodyOf(type: Type<object>): MethodDecorator {
  return (target, key) => {
    const [, ...others] = Reflect.getMetadata('design:paramtypes', target, key) as unknown[];
    Reflect.defineMetadata('design:paramtypes', [type, ...others], target, key);
  };
}

const controllers = new WeakMap<object, Type<ResourceRoutes>>();

/**
 * The controller of a resource: its routes, with their roles, checks and documentation. A team's own controller extends it.
 * @publicApi
 */
export function ResourceController<R extends ResourceRecord>(type: Type<R>): Type<ResourceRoutes<R>> {
  const known = controllers.get(type) ?? controllerOf(declaredResource(type));
  controllers.set(type, known);
  return known as unknown as Type<ResourceRoutes<R>>;
}

/** The controller of a resource of the service itself that clients only search. Its service need not be that of the kit. */
export function SearchController(type: Type<object>): Type<SearchRoutes> {
  return controllerOf(declaredResource(type)) as unknown as Type<SearchRoutes>;
}

function controllerOf(resource: DeclaredResource<object>): Type<ResourceRoutes> {
  const { name, plural, path } = resource;
  const { input: Input, change: Change, changeById } = bodiesOf(resource);
  const { view, listed } = viewsOf(resource);
  const batch = resource.offers('getMany') ? { view, role: resource.role('Read') } : undefined;
  const conflict: MethodDecorator[] = resource.mayConflict ? [ApiFailures(409)] : [];
  const route = (operation: Operation, ...decorators: MethodDecorator[]): MethodDecorator =>
    resource.offers(operation) ? applyDecorators(...decorators) : () => undefined;

  @ApiTags(plural)
  @Controller(path)
  class Routes extends RoutesOfResource implements ResourceRoutes {
    constructor(readonly service: ResourceService) {
      super();
    }

    @route('create', Post(), Role(resource.role('Create')), ApiCreate(name, Input), BodyOf(Input))
    async create(@Body() input: object, @CurrentPrincipal() principal: Principal): Promise<WriteEnvelope> {
      return WriteEnvelope.of(name, 'created', await this.service.create(input, principal));
    }

    @route('search', Get(), Role(resource.role('List')), ApiList(resource.search, listed, batch))
    async search(
      @SearchQuery(resource.search) search: Search,
      @CurrentPrincipal() principal: Principal,
    ): Promise<ListEnvelope<ResourceView> | StreamableFile> {
      demandRolesOfFilters(resource, search, (role) => holdsRole(principal, role));
      const reader = { actor: principal, seesSecrets: holdsRole(principal, resource.role('Read')) };
      return toListEnvelope(search, await this.service.search(search, reader));
    }

    @route('getMany', Get(), RouteConstraints({ batch: true }), Role(resource.role('Read')), ApiExcludeEndpoint())
    async getMany(
      @BatchQuery() ids: number[],
      @CurrentPrincipal() principal: Principal,
    ): Promise<readonly ResourceView[] | StreamableFile> {
      return toBatch(await this.service.getMany(ids, principal));
    }

    @route('commands', Get('commands'), Role(resource.role('List')), ApiCommands(name))
    commands(@Query('id') id?: string): readonly CommandView[] {
      if (id !== undefined) readIdOfPath(id);
      return commandViews(resource.commands, id !== undefined);
    }

    @route('get', Get(':id'), Role(resource.role('Read')), ApiGet(name, view))
    async get(
      @IdParam() id: number,
      @CurrentPrincipal() principal: Principal,
      @Res({ passthrough: true }) reply: FastifyReply,
    ): Promise<ResourceView> {
      const record = await this.service.get(id, principal);
      void reply.header('etag', entityTagOf(record));
      return record;
    }

    @route('update', Put(), Role(resource.role('Edit')), ApiUpdate(name, Change), BodyOf(Change), ...conflict)
    async update(
      @Body() change: { Id: number },
      @CurrentPrincipal() principal: Principal,
      @RequestPreconditions() preconditions: Preconditions,
    ): Promise<WriteEnvelope> {
      return WriteEnvelope.of(name, 'updated', await this.service.update(change, principal, preconditions));
    }

    @route(
      'update',
      Put(':id'),
      Role(resource.role('Edit')),
      ApiUpdateAt(name, changeById),
      BodyOf(Change),
      ...conflict,
    )
    updateAt(
      @CheckedBodyAtId() change: { Id: number },
      @CurrentPrincipal() principal: Principal,
      @RequestPreconditions() preconditions: Preconditions,
    ): Promise<WriteEnvelope> {
      return this.update(change, principal, preconditions);
    }

    @route('delete', Delete(':id'), Role(resource.role('Delete')), ApiDelete(name), ...conflict)
    async delete(
      @IdParam() id: number,
      @CurrentPrincipal() principal: Principal,
      @RequestPreconditions() preconditions: Preconditions,
    ): Promise<WriteEnvelope> {
      return WriteEnvelope.of(name, 'deleted', await this.service.delete(id, principal, preconditions));
    }

    @route(
      'runCommand',
      Post('runcommand'),
      Role(resource.commandRole),
      ApiRunCommand(name),
      BodyOf(RunCommand),
      ...conflict,
    )
    async runCommand(
      @Body() run: Readonly<RunCommand>,
      @CurrentPrincipal() principal: Principal,
    ): Promise<CommandEnvelope> {
      const command = resource.commands.find(({ key }) => key === run.Key);
      if (command) demandRole(command, (role) => holdsRole(principal, role));
      return CommandEnvelope.ofRun(await this.service.runCommand(run, principal), principal.name);
    }
  }

  Object.defineProperty(Routes, 'name', { value: `${plural}Controller` });
  return Routes;
}

/**
 * Gives the methods with which a class overrides routes of the kit the route, role and documentation of what they override. Otherwise Nest would
 * serve them nowhere, without a word.
 */
export function keepRoutes(controller: Type<ResourceRoutes>): void {
  const above = Object.getPrototypeOf(controller) as Type<ResourceRoutes>;
  if ((above as unknown) === RoutesOfResource) return;
  keepRoutes(above);
  for (const name of Object.getOwnPropertyNames(controller.prototype)) {
    const method: unknown = Object.getOwnPropertyDescriptor(controller.prototype, name)?.value;
    const route: unknown = (above.prototype as object as Record<string, unknown>)[name];
    const isOverriding = name !== 'constructor' && typeof method === 'function' && typeof route === 'function';
    if (!isOverriding || Reflect.hasMetadata('path', method)) continue;
    for (const key of Reflect.getMetadataKeys(route) as unknown[])
      Reflect.defineMetadata(key, Reflect.getMetadata(key, route), method);
  }
}

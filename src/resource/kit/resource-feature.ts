import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DeclarationError } from './declaration-error.js';
import { DeclaredResource, declaredResource } from './declared-resource.js';
import { makeEntity } from './resource-entity.js';
import { resourceFaults } from './resource-faults.js';
import { ResourceRegistryService } from './resource-registry.service.js';
import type { ResourceRecord } from './resource-record.js';
import type { ResourceRoutes } from './resource-routes.js';
import { keepRoutes, ResourceController } from './resource.controller.js';
import { ResourceRepository } from './resource.repository.js';
import { ResourceService } from './resource.service.js';

/**
 * A resource, and the classes of a team's own that act for it in place of the kit's.
 * @publicApi
 */
export interface ResourceFeature<R extends ResourceRecord = ResourceRecord> {
  readonly resource: Type<R>;
  /** Extends `ResourceService`: hooks, handlers of commands, and more. */
  readonly service?: Type<ResourceService<R>>;
  /** Extends `ResourceController(…)`. */
  readonly controller?: Type<ResourceRoutes<R>>;
  /** Extends `ResourceRepository`. */
  readonly repository?: Type<ResourceRepository<R>>;
  /** What these classes inject. */
  readonly imports?: DynamicModule['imports'];
  readonly providers?: Provider[];
}

/** The module of one resource. */
@Module({})
class ResourceFeatureModule {}

/** The faults of a resource and the classes that act for it. */
export function featureFaults(feature: ResourceFeature): string[] {
  const { resource, service = ResourceService, repository = ResourceRepository, controller } = feature;
  const faults = resourceFaults(resource, service);
  if (!isOrExtends(service, ResourceService)) faults.push(`${service.name} must extend ResourceService.`);
  if (!isOrExtends(repository, ResourceRepository)) faults.push(`${repository.name} must extend ResourceRepository.`);
  // The routes can be made only of a resource without faults.
  if (controller && faults.length === 0 && !isOrExtends(controller, ResourceController(resource)))
    faults.push(`${controller.name} must extend ResourceController(${resource.name}).`);
  return faults;
}

function isOrExtends(type: Type<object>, base: Type<object>): boolean {
  return type === base || type.prototype instanceof base;
}

/** The module of a resource that is declared well: its entity, statements, service and routes. */
export function moduleOf(feature: ResourceFeature): DynamicModule {
  const { service = ResourceService, repository = ResourceRepository, imports = [], providers = [] } = feature;
  const resource = declaredResource(feature.resource);
  const controller = feature.controller ?? ResourceController(feature.resource);
  makeEntity(resource);
  keepRoutes(controller);
  return {
    module: ResourceFeatureModule,
    imports: [TypeOrmModule.forFeature([feature.resource]), ...imports],
    controllers: [controller],
    providers: [...providersOf(resource, service), ...asKit(ResourceRepository, repository), ...providers],
    exports: [TypeOrmModule, ...(service === ResourceService ? [] : [service])],
  };
}

/** Provides a resource, which it registers with those of the application, and the service of its controller. */
export function providersOf<R extends object>(resource: DeclaredResource<R>, service: Type<object>): Provider[] {
  const declared: Provider = {
    provide: DeclaredResource,
    inject: [ResourceRegistryService],
    // Registered before anything makes statements of it: their names would be those of a resource with the same table.
    useFactory: (registry: ResourceRegistryService): DeclaredResource<R> => {
      registry.add(resource);
      return resource;
    },
  };
  return [declared, ...asKit(ResourceService, service)];
}

/** Provides a class of the kit, or another in its place. */
function asKit(kit: Type<object>, own: Type<object>): Provider[] {
  return own === kit ? [kit] : [own, { provide: kit, useExisting: own }];
}

/** A module that reports the faults of declarations when the application starts: all of them, and not where the classes are loaded. */
export function faultyModule(faults: readonly string[]): DynamicModule {
  const fail = (): never => {
    throw new DeclarationError(faults);
  };
  return { module: ResourceFeatureModule, providers: [{ provide: DeclarationError, useFactory: fail }] };
}

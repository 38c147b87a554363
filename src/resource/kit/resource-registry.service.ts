import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, HttpAdapterHost, ModuleRef } from '@nestjs/core';
import { DeclaredRolesService } from '../../access/declared-roles.service.js';
import { DeclarationError } from './declaration-error.js';
import type { DeclaredResource } from './declared-resource.js';
import { optionsOf } from './resource.decorator.js';
import { RoutesOfResource } from './resource-routes.js';
import { missingOf } from './schema-needs.js';
import { SchemaRepository } from './schema.repository.js';

/** The resources of the application. It does not start with two of the same path, name or table, or with what the database lacks. */
@Injectable()
export class ResourceRegistryService implements OnApplicationBootstrap {
  private readonly resources: DeclaredResource<object>[] = [];

  constructor(
    private readonly schema: SchemaRepository,
    private readonly discovery: DiscoveryService,
    private readonly host: HttpAdapterHost,
    private readonly modules: ModuleRef,
  ) {}

  /** The resources whose records say who wrote them last. */
  authored(): DeclaredResource<object>[] {
    return this.resources.filter(({ isReadOnly }) => !isReadOnly);
  }

  /** Adds a resource. @throws DeclarationError when another has its class, name, path or table */
  add(resource: DeclaredResource<object>): void {
    const { type, name, path, table } = resource;
    const sharing = this.resources.flatMap((other) => {
      if (other.type === type) return `${type.name} is registered twice: ResourceModule.forFeature is needed once.`;
      const same = Object.entries({ name, path, table }).filter(
        ([key, value]) => other[key as keyof typeof other] === value,
      );
      return same.map(([key, value]) => `${type.name} and ${other.type.name} have the same ${key}, ${value}.`);
    });
    const faults = [...sharing, ...this.foreign(resource)];
    if (faults.length > 0) throw new DeclarationError(faults);
    this.resources.push(resource);
  }

  /**
   * Commands run without the check of the database, so that migrations can bring what is missing.
   * @throws DeclarationError naming what the database lacks, and the roles that no route declares
   */
  async onApplicationBootstrap(): Promise<void> {
    const { httpAdapter } = this.host as { readonly httpAdapter?: unknown };
    if (this.resources.length === 0 || !httpAdapter) return;
    const columns = await this.schema.columnsOf(this.resources.map(({ table }) => table));
    const missing = this.resources.flatMap((resource) => missingOf(resource, columns.get(resource.table)));
    const faults = [...missing, ...this.unknownRoles()];
    if (faults.length > 0) throw new DeclarationError(faults);
  }

  /** Paths and tables of what is no resource of the kit. Routes of resources are compared as resources. */
  private foreign({ type, path, table, entity: own }: DeclaredResource<object>): string[] {
    const others = this.discovery.getControllers().flatMap(({ metatype }) => {
      if (typeof metatype !== 'function' || metatype.prototype instanceof RoutesOfResource) return [];
      return pathOf(metatype) === path ? [`${type.name} has the path ${path}, as ${metatype.name} has.`] : [];
    });
    const entities = this.schema
      .entitiesOf(table)
      .filter((entity) => entity !== own && optionsOf(entity as object) === undefined)
      .map((entity) => `${type.name} has the table ${table}, which is that of ${nameOf(entity)}.`);
    return [...others, ...entities];
  }

  /** A role that no route declares cannot be granted. */
  private unknownRoles(): string[] {
    const declared = new Set(this.modules.get(DeclaredRolesService, { strict: false }).roles());
    return this.resources.flatMap(({ type, commands }) =>
      commands
        .filter(({ role }) => role !== undefined && !declared.has(role))
        .map(
          ({ key, role }) =>
            `${type.name} has the command ${key}, which needs the role ${role}: no route declares this role.`,
        ),
    );
  }
}

function nameOf(entity: string | object): string {
  return typeof entity === 'string' ? entity : (entity as { readonly name: string }).name;
}

function pathOf(controller: object): string | undefined {
  const path: unknown = Reflect.getMetadata('path', controller);
  return typeof path === 'string' ? path.toLowerCase().replace(/^\/|\/$/g, '') : undefined;
}

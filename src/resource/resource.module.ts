import { Global, Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import type { MigrationInterface } from 'typeorm';
import { DatabaseModule } from '../database/database.module.js';
import { AuthorPersonalData } from './kit/author-personal-data.js';
import { AuthoredRecordsRepository } from './kit/authored-records.repository.js';
import { faultyModule, featureFaults, moduleOf, type ResourceFeature } from './kit/resource-feature.js';
import { ResourceRegistryService } from './kit/resource-registry.service.js';
import { SchemaRepository } from './kit/schema.repository.js';
import type { ResourceRecord } from './kit/resource-record.js';
import { RecordAuditKinds } from './record-audit-kinds.js';
import { PageReaderService } from './page-reader.service.js';

/** The resources of one call of `forFeature`. They are not global. */
@Module({})
class ResourcesModule {}

/**
 * Services that all resources use. `forFeature` registers the resources of a team.
 * @publicApi
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    ...[RecordAuditKinds, PageReaderService, ResourceRegistryService, SchemaRepository],
    ...[AuthoredRecordsRepository, AuthorPersonalData],
  ],
  exports: [PageReaderService, ResourceRegistryService],
})
export class ResourceModule {
  /**
   * The module of some resources: their tables, statements, services and routes. Each is its class alone, or the class with a service, a
   * controller or a repository of a team's own. `migrations` make the tables. The application does not start when a class is declared wrongly.
   */
  static forFeature(
    resources: readonly (Type<ResourceRecord> | ResourceFeature)[],
    { migrations = [] }: { readonly migrations?: Type<MigrationInterface>[] } = {},
  ): DynamicModule {
    const features = resources.map((each) => (typeof each === 'function' ? { resource: each } : each));
    const faults = features.flatMap((feature) => featureFaults(feature));
    if (faults.length > 0) return faultyModule(faults);
    const modules = features.map((feature) => moduleOf(feature));
    return {
      module: ResourcesModule,
      imports: [DatabaseModule.forFeature({ entities: [], migrations }), ...modules],
      exports: modules,
    };
  }
}

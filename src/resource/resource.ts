/**
 * The kit for resources of a team, and the conventions of the contract: members of bodies, envelopes, searches, batches and conditional writes.
 * @packageDocumentation
 */
export { ApiFailures, ApiValidationFailure } from '../http/api-failures.js';
export { formatDateTime } from '../kernel/date-time.js';
export { ValidationError, type MemberFailure } from '../kernel/validation-error.js';
export { ApiCreate, ApiDelete, ApiGet, ApiList, ApiUpdate, ApiUpdateAt } from './api-resource.js';
export { BatchQuery } from './batch-query.js';
export { CheckedBodyAtId } from './body.pipe.js';
export { entityTagOf } from './entity-tag.js';
export { findPage, type Searchable, type SearchColumn } from './find-page.js';
export { IdParam } from './id.pipe.js';
export { ListEnvelope, toBatch, toListEnvelope } from './list-envelope.js';
export { OptionalFlag, OptionalText, RequiredDateTime, RequiredId, RequiredText, type TextOptions } from './members.js';
export { Preconditions, RequestPreconditions } from './preconditions.js';
export type { FilterKind } from './search-filters.js';
export { SearchQuery, type SearchDefinition } from './search-parameters.js';
export type { Comparison, Filter, Found, FoundPage, Records, Search, Slices } from './search.js';
export { WriteEnvelope, type Write } from './write-envelope.js';

export { Handles, type CommandDeclaration } from './kit/command-declarations.js';
export type { CommandRun } from './kit/command-runs.js';
export { CommandEnvelope, CommandView } from './kit/command-views.js';
export { DeclaredResource } from './kit/declared-resource.js';
export type { MemberOptions } from './kit/member-declarations.js';
export { Choice, DateTime, Flag, Reference, Text, Whole } from './kit/member-decorators.js';
export type { ResourceFeature } from './kit/resource-feature.js';
export { ResourceHooks, type Act } from './kit/resource-hooks.js';
export { ResourceRecord } from './kit/resource-record.js';
export type { ResourceRoutes } from './kit/resource-routes.js';
export type { ResourceView } from './kit/resource-views.js';
export { ResourceController } from './kit/resource.controller.js';
export { Resource, type ResourceOptions } from './kit/resource.decorator.js';
export { ResourceRepository } from './kit/resource.repository.js';
export { ResourceService } from './kit/resource.service.js';
export type { Row } from './kit/row.js';
export { CommandParameter, RunCommand } from './kit/run-command.js';
export { PageReaderService } from './page-reader.service.js';
export { ResourceModule } from './resource.module.js';

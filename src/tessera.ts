/**
 * What a team builds on: the service, and what its modules use. Everything else of the package is closed and may change at any time.
 * @packageDocumentation
 */
export { createApplication } from './application.js';
export type { SettingsInput, SettingsSource } from './config/given-settings.js';
export { ownSettings, SecretSetting } from './config/own-settings.js';
export { Settings } from './config/settings.js';
// A star, because TypeScript lets other packages add to an interface only if it is re-exported so.
export * from './config/added-settings.js';
export { defineTessera, type NestModule, type TesseraDefinition } from './definition.js';
export { MountedTessera, type TesseraModuleOptions } from './mounting/mounted-tessera.js';
export { TesseraModule } from './mounting/tessera.module.js';

export {
  Grant,
  TokenResponse,
  type GivenParameters,
  type GrantParameter,
  type GrantParameters,
  type GrantRequest,
} from './oauth/grants/grant.js';
export { GrantsModule } from './oauth/grants.module.js';
export { NewSessionsService, type NewSession } from './oauth/new-sessions.service.js';
export { HealthCheck } from './observability/health-check.js';
export { AddedClaims, type ClaimedSession } from './oauth/added-claims.js';
export { EndingNotifier, ReplayListener, type EndedSession, type Replay } from './sessions/session-notices.js';
export {
  CredentialVerifier,
  type RightCredentials,
  type SentCredentials,
  type VerifiedCredentials,
} from './users/credential-verifier.js';
export { PersonalData, type ErasedPerson } from './plug-ins/personal-data.js';
export { PlugIn } from './plug-ins/plug-in.js';

export { CurrentPrincipal } from './access/current-principal.js';
export { Public, Role, SignedIn, type Policy } from './access/policy.js';
export { holdsRole, type Principal, type PrincipalSession } from './access/principal.js';
export { AppError, badRequest, notFound, type FailureContext } from './kernel/app-error.js';
// A star, because TypeScript lets other packages add to an interface only if it is re-exported so.
export * from './kernel/added-error-codes.js';
export type { ErrorCode, StatusOf } from './kernel/error-codes.js';
export type { Actor, Origin } from './kernel/origin.js';

export type { AuditAct, AuditEvent, AuditKind } from './audit/audit-event.js';
export { AuditKinds, type AuditKindDescription, type AuditReasonDescription } from './audit/audit-kinds.js';
export { AuditEventsService } from './audit/audit-events.service.js';
export { AuditModule } from './audit/audit.module.js';
export { DatabaseModule, type DatabaseFeature } from './database/database.module.js';
export { rowOf, statement, type Statement } from './database/statement.js';
export { StatementsService } from './database/statements.service.js';
export type { Job } from './jobs/job.js';
export { JobsModule } from './jobs/jobs.module.js';
export { JobsService } from './jobs/jobs.service.js';
export { MetricsService, type MetricDescription, type Reading } from './observability/metrics.service.js';

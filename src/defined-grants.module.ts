import { Module } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import type { NestModule, TesseraDefinition } from './definition.js';
import { GrantsModule } from './oauth/grants.module.js';

/** Provides the grants that a definition lists. They may inject what the modules of the definition export. */
@Module({})
class DefinedGrantsModule {}

/** The modules of a definition, and one with its grants. */
export function modulesOf({ modules = [], grants = [] }: TesseraDefinition): readonly NestModule[] {
  if (grants.length === 0) return modules;
  const imports = [GrantsModule, AuditModule, ...modules];
  return [...modules, { module: DefinedGrantsModule, imports, providers: [...grants] }];
}

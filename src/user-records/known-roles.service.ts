import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DeclaredRolesService } from '../access/declared-roles.service.js';
import { failedMember } from '../kernel/validation-error.js';

/** The roles that routes require. An import of the module of access control would put its guard before authentication. */
@Injectable()
export class KnownRolesService {
  constructor(private readonly modules: ModuleRef) {}

  /** Demands roles that routes require, or that the user has already. @throws ValidationError naming the others */
  demand(roles: readonly string[], had: readonly string[]): void {
    const declared = this.modules.get(DeclaredRolesService, { strict: false }).roles();
    const unknown = roles.filter((role) => !declared.includes(role) && !had.includes(role));
    if (unknown.length > 0) throw failedMember('Roles', roles, `there is no role ${unknown.join(', ')}`);
  }
}

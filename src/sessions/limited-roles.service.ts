import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DeclaredRolesService } from '../access/declared-roles.service.js';
import { ADMINISTRATOR, secondsOfRoles } from '../config/is-seconds-of-roles.js';
import { Settings } from '../config/settings.js';
import { SettingsError } from '../config/settings-error.js';

const SETTINGS = ['REFRESH_TOKEN_TTL_OF_ROLES', 'REFRESH_TOKEN_MAX_AGE_OF_ROLES'] as const;

/** Refuses to start with lives for roles that no route requires: a misspelt role would limit nobody. */
@Injectable()
export class LimitedRolesService implements OnApplicationBootstrap {
  constructor(
    private readonly modules: ModuleRef,
    private readonly settings: Settings,
  ) {}

  /** @throws SettingsError naming each unknown role */
  onApplicationBootstrap(): void {
    const named = SETTINGS.flatMap((name) =>
      [...secondsOfRoles(this.settings[name]).keys()].map((role) => ({ name, role })),
    );
    if (named.length === 0) return;
    const known = [ADMINISTRATOR, ...this.modules.get(DeclaredRolesService, { strict: false }).roles()];
    const faults = named.filter(({ role }) => !known.includes(role));
    if (faults.length > 0)
      throw new SettingsError(
        faults.map(({ name, role }) => `${name}: there is no role ${role}; see: npm run cli -- roles list`),
      );
  }
}

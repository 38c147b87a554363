import type { INestApplicationContext } from '@nestjs/common';
import { DeclaredRolesService, rolesOf, type DeclaredRoute } from './access/declared-roles.service.js';
import { DefinitionError } from './definition.js';

/**
 * Refuses an application in which two handlers answer the same requests, or two roles differ only in upper and lower case. Fastify would
 * notice the first only when the paths are written alike, and a user with the one role would lack the other.
 * @throws DefinitionError that names the first conflict and its modules
 */
export function refuseConflicts(app: INestApplicationContext): void {
  const routes = app.get(DeclaredRolesService).routes();
  refuseSameTargets(routes);
  refuseAlikeRoles(routes);
}

function refuseSameTargets(routes: readonly DeclaredRoute[]): void {
  const answered = new Map<string, DeclaredRoute>();
  for (const route of routes) {
    for (const target of route.targets) {
      const other = answered.get(target);
      if (other)
        throw new DefinitionError(
          `${target} is answered twice: by ${[other, route].map(described).sort().join(' and by ')}. ` +
            'Change one of the paths, or import the module once.',
        );
      answered.set(target, route);
    }
  }
}

function refuseAlikeRoles(routes: readonly DeclaredRoute[]): void {
  const known = new Map<string, { readonly role: string; readonly route: DeclaredRoute }>();
  for (const route of routes) {
    for (const role of rolesOf(route)) {
      if (role.trim() === '') throw new DefinitionError(`${described(route)} requires a role without a name.`);
      const key = role.toLowerCase();
      const other = known.get(key);
      if (other && other.role !== role) {
        const both = [other, { role, route }].map((each) => `${each.role} of ${described(each.route)}`).sort();
        throw new DefinitionError(
          `The roles ${both.join(' and ')} differ only in upper and lower case. Spell them alike, or rename one.`,
        );
      }
      known.set(key, { role, route });
    }
  }
}

function described({ name, module }: DeclaredRoute): string {
  return `${name} (${module})`;
}

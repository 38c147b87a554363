import type { Command } from 'commander';
import { DeclaredRoles } from '../access/declared-roles.js';
import { withApplication } from './with-application.js';

/** `roles list`. */
export function addRoleCommands(program: Command): void {
  const roles = program.command('roles').description('The roles that routes demand.');
  roles
    .command('list')
    .description('List all roles.')
    .action(() =>
      withApplication((app) => {
        process.stdout.write(
          app
            .get(DeclaredRoles)
            .roles()
            .map((role) => `${role}\n`)
            .join(''),
        );
        return Promise.resolve();
      }),
    );
}

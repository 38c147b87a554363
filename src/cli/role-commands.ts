import type { Command } from 'commander';
import { DeclaredRolesService } from '../access/declared-roles.service.js';
import { say } from './operator.js';
import { withApplication } from './with-application.js';

/** `roles list`. */
export function addRoleCommands(program: Command): void {
  const roles = program.command('roles').description('The roles that routes demand.');
  roles
    .command('list')
    .description('List all roles.')
    .action(() =>
      withApplication((app) => {
        say(app.get(DeclaredRolesService).roles().join('\n'));
        return Promise.resolve();
      }),
    );
}

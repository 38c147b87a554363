import type { INestApplicationContext } from '@nestjs/common';
import type { Command } from 'commander';
import { DeclaredRolesService } from '../access/declared-roles.service.js';
import { AppError } from '../kernel/app-error.js';
import { UserWritesService } from '../users/user-writes.service.js';
import { UsersService } from '../users/users.service.js';
import { demandKnownRoles } from '../access/known-roles.js';
import { OPERATOR, say } from './operator.js';
import { addPersonCommands } from './person-commands.js';
import { readNewPassword } from './read-password.js';
import { formatUsers, userAsJson } from './user-list.js';
import { withApplication } from './with-application.js';

/** `users add`, `list`, `change`, `disable`, `enable`, `delete`, `export`, `erase`, `approve`, `grant` and `withdraw`. */
export function addUserCommands(program: Command): void {
  const users = program.command('users').description('Users: who may sign in, and what they may do.');
  users
    .command('add <email>')
    .description('Add a user. The command asks for the password, or reads it from the first line of stdin.')
    .option('--administrator', 'make the user a full administrator, who needs no role')
    .option('--role <role...>', 'grant these roles')
    .action(add);
  users.command('list').description('List all users.').option('--json', 'as JSON').action(list);
  users
    .command('change <email>')
    .description('Change the given properties of a user.')
    .option('--password', 'set a new password; the command asks for it, or reads it from the first line of stdin')
    .option('--administrator', 'make the user a full administrator')
    .option('--no-administrator', 'make the user an ordinary user, who needs roles')
    .option('--must-reset-password', 'refuse sign-in until the password has been changed')
    .action(change);
  users
    .command('disable <email>')
    .description('Disable a user: sign-in, refreshes and requests are then refused.')
    .action((email: string) => setEnabled(email, false));
  users
    .command('enable <email>')
    .description('Enable a user again.')
    .action((email: string) => setEnabled(email, true));
  users
    .command('delete <email>')
    .description('Delete a user for good: all sessions of the user end.')
    .option('--yes', 'confirm')
    .action(remove);
  addPersonCommands(users);
  users
    .command('approve <email>')
    .description(
      'Accept a user whose state is "tampered", with the roles and the password that the row has now. Check the row first.',
    )
    .action(approve);
  users.command('grant <email> <role...>').description('Grant roles to a user.').action(grant);
  users.command('withdraw <email> <role...>').description('Withdraw roles from a user.').action(withdraw);
}

function add(email: string, options: { administrator?: true; role?: string[] }): Promise<void> {
  return withApplication(async (app) => {
    const { administrator: isAdministrator = false, role: roles = [] } = options;
    demandKnownRoles(roles, rolesOf(app));
    const password = await readNewPassword();
    await app.get(UsersService).add({ email, password, isAdministrator, roles: [...new Set(roles)] }, OPERATOR);
    say(`Added ${email}.`);
  });
}

function list({ json }: { json?: true }): Promise<void> {
  return withApplication(async (app) => {
    const service = app.get(UsersService);
    const users = (await service.list()).map((user) => ({ user, isGenuine: service.isGenuine(user) }));
    say(json ? JSON.stringify(users.map(userAsJson), null, 2) : formatUsers(users));
  });
}

interface ChangeOptions {
  readonly password?: true;
  readonly administrator?: boolean;
  readonly mustResetPassword?: true;
}

function change(email: string, options: ChangeOptions): Promise<void> {
  return withApplication(async (app) => {
    const { password: hasNewPassword, administrator: isAdministrator, mustResetPassword } = options;
    const change = {
      ...(isAdministrator !== undefined && { isAdministrator }),
      ...(mustResetPassword && { mustResetPassword }),
      ...(hasNewPassword && { password: await readNewPassword() }),
    };
    await app.get(UsersService).change(email, change, OPERATOR);
    say(`Changed ${email}.`);
  });
}

function setEnabled(email: string, enabled: boolean): Promise<void> {
  return withApplication(async (app) => {
    await app.get(UsersService).change(email, { enabled }, OPERATOR);
    say(`${enabled ? 'Enabled' : 'Disabled'} ${email}.`);
  });
}

function remove(email: string, { yes }: { yes?: true }): Promise<void> {
  if (!yes) throw new AppError('not_confirmed', 400, `${email} would be deleted for good. Confirm with --yes.`);
  return withApplication(async (app) => {
    await app.get(UserWritesService).removeNow(email, OPERATOR);
    say(`Deleted ${email}.`);
  });
}

function approve(email: string): Promise<void> {
  return withApplication(async (app) => {
    const user = await app.get(UsersService).approve(email, OPERATOR);
    say(`Approved:\n${formatUsers([{ user, isGenuine: true }])}`);
  });
}

function grant(email: string, roles: string[]): Promise<void> {
  return withApplication(async (app) => {
    demandKnownRoles(roles, rolesOf(app));
    for (const role of roles) await app.get(UsersService).grant(email, role, OPERATOR);
    say(`Granted ${roles.join(', ')} to ${email}.`);
  });
}

function withdraw(email: string, roles: string[]): Promise<void> {
  return withApplication(async (app) => {
    const users = app.get(UsersService);
    const user = await users.find(email);
    // A role that no route requires any more can still be withdrawn from users who have it.
    demandKnownRoles(roles, [...rolesOf(app), ...(user?.roles ?? [])]);
    for (const role of roles) await users.withdraw(email, role, OPERATOR);
    say(`Withdrew ${roles.join(', ')} from ${email}.`);
  });
}

function rolesOf(app: INestApplicationContext): string[] {
  return app.get(DeclaredRolesService).roles();
}

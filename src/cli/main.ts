import { Command } from 'commander';
import { AppError } from '../kernel/app-error.js';
import { escapedLines } from '../kernel/text.js';
import { operatorFault } from '../operator-fault.js';
import { addAuditCommands } from './audit-commands.js';
import { addJobCommands } from './job-commands.js';
import { addKeyCommands } from './key-commands.js';
import { addMigrationCommands } from './migration-commands.js';
import { complain } from './operator.js';
import { addRoleCommands } from './role-commands.js';
import { addSessionCommands } from './session-commands.js';
import { addTotpCommands } from './totp-commands.js';
import { addUserCommands } from './user-commands.js';

const program = new Command('tessera')
  .description('Commands for operators. They use the same settings and database as the service.')
  .configureOutput({ writeErr: (text) => process.stderr.write(escapedLines(text)) })
  .showHelpAfterError('(add --help to see the options)');
for (const addGroup of [
  addUserCommands,
  addTotpCommands,
  addRoleCommands,
  addSessionCommands,
  addKeyCommands,
  addJobCommands,
  addAuditCommands,
  addMigrationCommands,
]) {
  addGroup(program);
}

try {
  await program.parseAsync();
} catch (error) {
  complain(describe(error));
  process.exitCode = 1;
}

/** An error that the operator can fix is printed without a stack. Any other error is a bug of the service and is printed with its stack. */
function describe(error: unknown): string {
  if (error instanceof AppError) return error.message;
  return operatorFault(error) ?? String((error as Error).stack);
}

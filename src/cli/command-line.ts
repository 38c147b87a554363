import { Command } from 'commander';
import { createRequire } from 'node:module';
import { AppError } from '../kernel/app-error.js';
import { escapedLines } from '../kernel/text.js';
import { operatorFault } from '../operator-fault.js';
import { addAuditCommands } from './audit-commands.js';
import { addClientCommands } from './client-commands.js';
import { addJobCommands } from './job-commands.js';
import { addKeyCommands } from './key-commands.js';
import { addMigrationCommands } from './migration-commands.js';
import { addNewCommand } from './new-command.js';
import { complain } from './operator.js';
import { addRoleCommands } from './role-commands.js';
import { addServeCommand } from './serve-command.js';
import { addSessionCommands } from './session-commands.js';
import { addTotpCommands } from './totp-commands.js';
import { addUserCommands } from './user-commands.js';
import { useDefinitionOf } from './with-application.js';

const CLOSED_WITHIN_MS = 1_000;

/** Runs the command that the arguments of the process name. Its exit code is 1 when it fails. */
export async function runCommandLine(): Promise<void> {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const program = new Command('tessera')
    .version(version)
    .description('The service, and commands for its operators, which use the same settings and database.')
    .option('--config <file>', 'the definition of additional modules (default: tessera.config.js, also in dist/)')
    .configureOutput({ writeErr: (text) => process.stderr.write(escapedLines(text)) })
    .showHelpAfterError('(add --help to see the options)');
  program.hook('preAction', () => {
    useDefinitionOf(program.opts<{ config?: string }>().config);
  });
  for (const addGroup of [
    addServeCommand,
    addUserCommands,
    addTotpCommands,
    addRoleCommands,
    addSessionCommands,
    addClientCommands,
    addKeyCommands,
    addJobCommands,
    addAuditCommands,
    addMigrationCommands,
  ]) {
    addGroup(program);
  }
  addNewCommand(program, version);

  try {
    await program.parseAsync();
  } catch (error) {
    complain(describe(error));
    process.exitCode = 1;
    // If a module failed at the start, nothing closes the database, which would keep the process alive.
    setTimeout(() => process.exit(), CLOSED_WITHIN_MS).unref();
  }
}

/** An error that the operator can fix is printed without a stack. Any other error is a bug of the service and is printed with its stack. */
function describe(error: unknown): string {
  if (error instanceof AppError) return error.message;
  return operatorFault(error) ?? String((error as Error).stack);
}

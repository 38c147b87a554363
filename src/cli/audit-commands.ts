import type { Command } from 'commander';
import { addAuditExportCommand } from './audit-export.js';
import { addAuditVerifyCommand } from './audit-verify.js';

/** `audit export` and `verify`. */
export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description('The audit trail: who did what to which session, and why.');
  addAuditExportCommand(audit);
  addAuditVerifyCommand(audit);
}

import { SettingsError } from './config/settings-error.js';
import { databaseFault } from './database/database-faults.js';
import { FolderInUseError } from './database/folder-lock.js';

/** What an operator can act on, in words, without a stack; undefined when an error is the fault of the service. */
export function operatorFault(error: unknown): string | undefined {
  if (error instanceof SettingsError || error instanceof FolderInUseError) return error.message;
  return databaseFault(error);
}

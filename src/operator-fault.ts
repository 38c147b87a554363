import { SettingsError } from './config/settings-error.js';
import { databaseFault } from './database/database-faults.js';
import { FolderInUseError } from './database/folder-lock.js';
import { DeclarationError } from './resource/kit/declaration-error.js';

/** The message for an error that an operator can fix, without a stack. Undefined when the error is a bug of the service. */
export function operatorFault(error: unknown): string | undefined {
  const isForOperator =
    error instanceof SettingsError || error instanceof FolderInUseError || error instanceof DeclarationError;
  if (isForOperator) return error.message;
  return databaseFault(error);
}

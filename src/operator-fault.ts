import { SettingsError } from './config/settings-error.js';
import { databaseFault } from './database/database-faults.js';
import { FolderInUseError } from './database/folder-lock.js';
import { DefinitionError } from './definition.js';

/** The message for an error that an operator can fix, without a stack. Undefined when the error is a bug of the service. */
export function operatorFault(error: unknown): string | undefined {
  if (error instanceof SettingsError || error instanceof DefinitionError || error instanceof FolderInUseError)
    return error.message;
  return databaseFault(error);
}

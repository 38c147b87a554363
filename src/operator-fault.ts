import { SettingsError } from './config/settings-error.js';
import { databaseFault } from './database/database-faults.js';
import { FolderInUseError } from './database/folder-lock.js';
import { DefinitionError } from './definition.js';
import { PlugInError } from './plug-ins/plug-in-error.js';
import { DeclarationError } from './resource/kit/declaration-error.js';

/** The errors whose message says what an operator, or the author of a module, can correct. */
const EXPLAINED = [SettingsError, DefinitionError, DeclarationError, PlugInError, FolderInUseError];

/** The message for an error that an operator can fix, without a stack. Undefined when the error is a bug of the service. */
export function operatorFault(error: unknown): string | undefined {
  if (EXPLAINED.some((type) => error instanceof type)) return (error as Error).message;
  return databaseFault(error);
}

import type { FactoryProvider, Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { environmentOf } from './given-environment.js';
import { withSecretFiles } from './secret-files.js';
import { SettingsError } from './settings-error.js';
import { Settings } from './settings.js';

const SECRETS = Symbol('secret settings');

/**
 * Marks a setting of a module as secret: no message shows its value, and the setting with the suffix `_FILE` may name a file that has it.
 * @publicApi
 */
export function SecretSetting(): PropertyDecorator {
  return (target, key) => {
    Reflect.defineMetadata(SECRETS, [...secretsOf(target), String(key)], target);
  };
}

/**
 * Makes a provider of a module's settings: a class whose members have the names of environment variables, decorators of class-validator and
 * perhaps defaults. They come from where the settings of the service come from, and are checked and frozen at the start. A member that is
 * no text needs a decorator of class-transformer, such as `@Type(() => Number)`.
 * @publicApi
 */
export function ownSettings<Own extends object>(type: Type<Own>): FactoryProvider<Own> {
  return { provide: type, inject: [Settings], useFactory: (settings: Settings) => readOwn(type, settings) };
}

/** @throws SettingsError that names every bad setting, and the class */
function readOwn<Own extends object>(type: Type<Own>, settings: Settings): Own {
  const names = validatedMembers(type);
  refuseNames(type, names);
  const secrets = secretsOf(type.prototype as object);
  const { environment, faults } = withSecretFiles(environmentOf(settings), secrets);
  if (faults.length > 0) throw new SettingsError(faults.map((fault) => `${fault} (${type.name})`));
  const given = Object.entries(environment).filter(([name, value]) => names.includes(name) && value !== undefined);
  const own = plainToInstance(type, Object.fromEntries(given), { exposeDefaultValues: true });
  const errors = validateSync(own, { stopAtFirstError: true });
  if (errors.length > 0) throw new SettingsError(errors.map((error) => describe(error, type, secrets)));
  return Object.freeze(own);
}

function refuseNames(type: Type, names: readonly string[]): void {
  const own = [...validatedMembers(Settings), 'PGSSLROOTCERT', 'DATA_DIR'];
  const faults = names.flatMap((name) => {
    if (own.includes(name)) return `${name}: a setting of the service, so ${type.name} must not declare it`;
    return /^[A-Z][A-Z\d_]*$/.test(name) ? [] : `${name}: expected capital letters, digits and "_" in ${type.name}`;
  });
  if (names.length === 0) faults.push(`${type.name}: expected members with decorators of class-validator`);
  if (faults.length > 0) throw new SettingsError(faults);
}

function validatedMembers(type: Type): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

function secretsOf(prototype: object): readonly string[] {
  return (Reflect.getMetadata(SECRETS, prototype) as readonly string[] | undefined) ?? [];
}

/** The messages of class-validator begin with the name of the member. */
function describe(
  { property, constraints = {}, value }: ValidationError,
  { name }: Type,
  secrets: readonly string[],
): string {
  const [message = 'not valid'] = Object.values(constraints);
  const expected = message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
  const sent = secrets.includes(property) || value === undefined ? '' : `, got ${JSON.stringify(value)}`;
  return `${property}: ${expected}${sent} (${name})`;
}

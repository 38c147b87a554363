import type { AddedSettings } from './added-settings.js';
import { keepEnvironment } from './given-environment.js';
import { Settings } from './settings.js';
import { SettingsError } from './settings-error.js';

/** A setting as a program gives it: text as in the environment, or its own type. An absent or empty value means the default. */
type Given = string | number | readonly string[] | undefined;

// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- the service itself adds none
type AddedValues = Readonly<Partial<Record<keyof AddedSettings, Given>>>;
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- the service itself adds none
type AddedFiles = Readonly<Partial<Record<`${keyof AddedSettings}_FILE`, string | undefined>>>;

/**
 * Settings by the names of the environment variables (docs/settings.md), such as `{ DATABASE_URL: '…', ACCESS_TOKEN_TTL: 600 }`. A secret
 * may also be given as a file, by its name with the suffix `_FILE`.
 * @publicApi
 */
export type SettingsInput = {
  readonly [Name in keyof Settings]?: Given;
} & {
  readonly [
    Name in 'TESSERA_SECRET' | 'TESSERA_SECRET_PREVIOUS' | 'ADMIN_PASSWORD' | 'DATABASE_URL' as `${Name}_FILE`
  ]?: string | undefined;
} & AddedValues &
  AddedFiles;

/**
 * Makes the settings from the environment of the process. Its result replaces the environment: `(environment) => ({ ...environment, … })`
 * keeps what it does not set.
 * @publicApi
 */
export type SettingsSource = (
  environment: Readonly<Record<string, string | undefined>>,
) => SettingsInput | Promise<SettingsInput>;

/**
 * The settings of a process: those that the source makes; without a source, those of the environment.
 * @throws SettingsError as `Settings.load`, and when the source fails
 */
export async function readSettings(source?: SettingsSource): Promise<Settings> {
  if (!source) return loaded(process.env);
  let given: SettingsInput;
  try {
    given = await source(process.env);
  } catch (error) {
    throw new SettingsError([`the function \`settings\` failed: ${(error as Error).message}`]);
  }
  return settingsFrom(given);
}

/**
 * Validates settings that a program gives, by the rules of the environment.
 * @throws SettingsError as `Settings.load`, and for a value that is neither a text, a number nor a list of texts
 */
export function settingsFrom(given: SettingsInput): Settings {
  if (typeof given !== 'object' || (given as unknown) === null)
    throw new SettingsError(['expected an object with the settings by their names']);
  const faults: string[] = [];
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(given as Readonly<Record<string, unknown>>)) {
    const text = textOf(value);
    if (text !== undefined) environment[name] = text;
    // The message does not show the value, which may be a secret.
    else if (value !== undefined) faults.push(`${name}: expected a text, a number or a list of texts`);
  }
  if (faults.length > 0) throw new SettingsError(faults);
  return loaded(environment);
}

function loaded(environment: NodeJS.ProcessEnv): Settings {
  const settings = Settings.load(environment);
  keepEnvironment(settings, environment);
  return settings;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value.join(',') : undefined;
}

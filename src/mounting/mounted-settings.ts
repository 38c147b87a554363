import { settingsFrom, type SettingsInput } from '../config/given-settings.js';
import type { Settings } from '../config/settings.js';
import { SettingsError } from '../config/settings-error.js';

/**
 * The settings of a service inside another application, which listens itself and may have a prefix.
 * @throws SettingsError as `settingsFrom`, and for settings of the listener
 */
export function mountedSettings(given: SettingsInput): Settings {
  const faults = (['HOST', 'PORT'] as const)
    .filter((name) => isGiven(given[name]))
    .map((name) => `${name}: expected to be absent, because the surrounding application listens`);
  if (!isGiven(given.PUBLIC_URL))
    faults.push('PUBLIC_URL: expected the URL of the service, with the prefix of its paths');
  if (faults.length > 0) throw new SettingsError(faults);
  return settingsFrom(given);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== '';
}

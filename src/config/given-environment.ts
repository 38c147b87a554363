import type { Settings } from './settings.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What the settings were made from, so that modules can read their own settings from it. It may contain secrets. */
const ENVIRONMENTS = new WeakMap<Settings, Environment>();

/** Keeps the environment of these settings. An empty value counts as absent. */
export function keepEnvironment(settings: Settings, environment: Environment): void {
  const given = Object.entries(environment).filter(([, value]) => value !== '');
  ENVIRONMENTS.set(settings, Object.fromEntries(given));
}

/** The environment of these settings. */
export function environmentOf(settings: Settings): Environment {
  return ENVIRONMENTS.get(settings) ?? {};
}

import type { Settings } from './settings.js';

/** Whether the service has a console: its pages are made from the OpenAPI document. */
export function servesConsole({ CONSOLE, API_DOCS }: Pick<Settings, 'CONSOLE' | 'API_DOCS'>): boolean {
  return CONSOLE === 'on' && API_DOCS === 'on';
}

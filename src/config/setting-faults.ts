import type { ValidationError } from 'class-validator';
import { SECRET_SETTINGS } from './secret-files.js';

/**
 * Lists the faults of the settings, one line for each setting. If PUBLIC_URL was derived from HOST and PORT, and one of them is wrong,
 * PUBLIC_URL is not listed: nobody set it.
 */
export function describeFaults(errors: readonly ValidationError[], isUrlDerived: boolean): string[] {
  const isSourceWrong = errors.some(({ property }) => property === 'PORT' || property === 'HOST');
  return errors.filter(({ property }) => !(isUrlDerived && isSourceWrong && property === 'PUBLIC_URL')).map(describe);
}

function describe(error: ValidationError): string {
  const expected = Object.values(error.constraints ?? {})[0] ?? 'not valid';
  const sent = SECRET_SETTINGS.includes(error.property) || !error.value ? '' : `, got ${JSON.stringify(error.value)}`;
  return `${error.property}: ${expected}${sent}`;
}

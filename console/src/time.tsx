import type { ReactElement } from 'react';
import { LOCALE } from './language.js';
import { TEXTS } from './texts.js';

const SHORT = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'medium' });
const UNITS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/** A time in the reader's zone. The instant in UTC is its title. */
export function Time({ of }: { readonly of: string | null | undefined }): ReactElement {
  if (!of) return <span>{TEXTS.none}</span>;
  return (
    <time className="instant" dateTime={of} title={of}>
      {SHORT.format(new Date(of))}
    </time>
  );
}

/** Such as `3 hours`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? UNITS[3];
  return new Intl.NumberFormat(LOCALE, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.floor(seconds / size));
}

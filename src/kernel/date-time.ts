/** The failure message for a text that is not a date-time. */
export const DATE_TIME_FAULT = 'must be an existing date and time, such as 2030-01-31T12:00:00Z';

const PATTERN =
  /^(?<minutes>\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?<seconds>:\d{2})?(?<fraction>[.,]\d+)?(?<zone>Z|[+-]\d{2}(:?\d{2})?)?$/i;

/** An instant as a client wrote it. `toTheMinute` is true when the client gave no seconds. */
export interface ParsedDateTime {
  readonly instant: Date;
  readonly toTheMinute: boolean;
}

/**
 * Reads an ISO 8601 date-time with minutes or seconds, an optional fraction, and `Z`, an offset or no zone. No zone means UTC (contract
 * 1.2). The fraction is dropped, because the contract has whole seconds only. Undefined for any other text, for a date that does not exist
 * (30 February), and for an instant outside the years 1 to 9999.
 */
export function parseDateTime(text: string): ParsedDateTime | undefined {
  const groups = PATTERN.exec(text)?.groups;
  if (!groups?.['minutes'] || (groups['fraction'] && !groups['seconds'])) return undefined;
  const local = `${groups['minutes'].toUpperCase()}${groups['seconds'] ?? ':00'}`;
  const utc = new Date(`${local}Z`);
  // Date turns 30 February into a day of March. So a date exists only if formatting it gives the same text.
  if (Number.isNaN(utc.getTime()) || formatDateTime(utc) !== `${local}Z`) return undefined;
  const offset = offsetInMinutes(groups['zone']);
  if (offset === undefined) return undefined;
  const instant = new Date(utc.getTime() - offset * 60_000);
  const year = instant.getUTCFullYear();
  return year >= 1 && year <= 9999 ? { instant, toTheMinute: !groups['seconds'] } : undefined;
}

/**
 * `YYYY-MM-DDTHH:mm:ssZ`, UTC, without a fraction (contract 1.2).
 * @publicApi
 */
export function formatDateTime(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`;
}

/** Whole seconds since 1970, the unit of token claims (RFC 7519, section 2). */
export function inSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1000);
}

function offsetInMinutes(zone: string | undefined): number | undefined {
  if (!zone || zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = zone.length > 3 ? Number(zone.slice(-2)) : 0;
  if (hours > 14 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

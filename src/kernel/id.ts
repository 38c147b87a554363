/** The failure message for a text that is not an Id. */
export const ID_FAULT = 'must be a positive integer below 2^53';

const DIGITS = /^[1-9]\d{0,15}$/;

/**
 * Reads a record's Id: decimal digits only, positive and below 2^53 (contract 1.1). Undefined for any other text, such as a sign, a
 * fraction, an exponent, hexadecimal, leading zeros or blanks.
 */
export function parseId(text: string): number | undefined {
  const id = DIGITS.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(id) ? id : undefined;
}

/** The failure message for a text that is not a whole number. */
export const WHOLE_FAULT = 'must be a whole number between -2^53 and 2^53';

const WHOLE = /^(0|-?[1-9]\d{0,15})$/;

/** Reads a whole number: decimal digits with an optional minus, between -2^53 and 2^53. Undefined for any other text. */
export function parseWhole(text: string): number | undefined {
  const whole = WHOLE.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(whole) ? whole : undefined;
}

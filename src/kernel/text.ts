import { isUtf8 } from 'node:buffer';

/** Why a string cannot be stored as text; undefined when it can. PostgreSQL accepts neither U+0000 nor half a surrogate pair. */
export function textFault(value: string): string | undefined {
  if (value.includes('\0')) return 'must not contain the character U+0000';
  return value.isWellFormed() ? undefined : 'must be well-formed Unicode, without lone surrogates';
}

/** Whether the string has more than `limit` characters. A character is a Unicode code point, as in PostgreSQL. */
export function isLongerThan(value: string, limit: number): boolean {
  if (value.length <= limit) return false;
  return value.length > 2 * limit || Array.from(value).length > limit;
}

/** Whether the string is empty or only Unicode white space. A byte order mark counts as white space. */
export function isBlank(value: string): boolean {
  return /^[\p{White_Space}\ufeff]*$/u.test(value);
}

/** The first `limit` characters of the string, counted as in `isLongerThan`. No character is cut in half. */
export function firstCharacters(value: string, limit: number): string {
  if (value.length <= limit) return value;
  return Array.from(value.slice(0, 2 * limit))
    .slice(0, limit)
    .join('');
}

/**
 * Text without control (Cc) and format characters (Cf: bidi overrides, zero-width characters), and without line and paragraph separators
 * (Zl, Zp).
 */
export const PLAIN_TEXT = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u;
/** Control, format and separator characters, and halves of surrogate pairs, which no output can encode. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Whether the text has a control, format or separator character. A terminal might then show something different from the text. */
export function steersOutput(text: string): boolean {
  return !PLAIN_TEXT.test(text);
}

/**
 * Makes the text safe for one line of a terminal: each control, format and separator character becomes its JSON escape, such as `\u202e`.
 * JSON text keeps its meaning.
 */
export function escaped(text: string): string {
  return text.replace(UNPRINTABLE, (character) =>
    Array.from({ length: character.length }, (_, n) => codeUnit(character.charCodeAt(n))).join(''),
  );
}

/** Like `escaped`, for several lines: line feeds are kept. */
export function escapedLines(text: string): string {
  return text.split('\n').map(escaped).join('\n');
}

/** Like `escaped`, for a name that is stored: each of these characters becomes U+FFFD, the replacement character. */
export function replaced(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

/**
 * The text of a header's value. Node decodes the bytes as Latin-1. If the bytes are valid UTF-8, which most clients send, this function
 * decodes them as UTF-8.
 * @param value as Node gives it: no character above U+00FF
 */
export function headerText(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : value;
}

function codeUnit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

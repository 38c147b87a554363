/** Why a string cannot be stored as text, or undefined when it can. PostgreSQL takes neither U+0000 nor half a surrogate pair. */
export function textFault(value: string): string | undefined {
  if (value.includes('\0')) return 'must not contain the character U+0000';
  return value.isWellFormed() ? undefined : 'must be well-formed Unicode, without lone surrogates';
}

/** Whether the string has more than `limit` characters, counted as PostgreSQL counts them: Unicode code points. */
export function isLongerThan(value: string, limit: number): boolean {
  if (value.length <= limit) return false;
  return value.length > 2 * limit || Array.from(value).length > limit;
}

/** Whether the string is empty or only white space, in the sense of Unicode; a byte order mark counts as white space. */
export function isBlank(value: string): boolean {
  return /^[\p{White_Space}\ufeff]*$/u.test(value);
}

/** The first characters of the string, at most `limit`, counted as `isLongerThan` counts them: none is cut in half. */
export function firstCharacters(value: string, limit: number): string {
  return Array.from(value.slice(0, 2 * limit))
    .slice(0, limit)
    .join('');
}

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

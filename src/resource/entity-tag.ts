import { createHash } from 'node:crypto';

/** 132 bits as text: enough to prevent collisions, accidental or intended. */
const CHARACTERS = 22;
const CODINGS = ['gzip', 'br'];
/** An element of a list of entity tags (RFC 9110, sections 5.6.1 and 8.8.3). An element may be empty. */
const ELEMENT = /[ \t]*(?:((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/y;

/**
 * The strong entity tag of a representation (RFC 9110, section 8.8.3). It differs whenever any member differs.
 * @publicApi
 */
export function entityTagOf(representation: object): string {
  const digest = createHash('sha256').update(JSON.stringify(representation)).digest('base64url');
  return `"${digest.slice(0, CHARACTERS)}"`;
}

/** The tag of the same representation in this content coding. The bytes differ, so the strong tag must differ too (section 8.8.3.3). */
export function withCoding(tag: string, coding: string): string {
  const suffix = `-${coding}"`;
  return tag.startsWith('"') && !tag.endsWith(suffix) ? tag.slice(0, -1) + suffix : tag;
}

/** Parses a list of entity tags, or `*`, which matches all tags; undefined for any other text. */
export function parseEntityTags(text: string): readonly string[] | '*' | undefined {
  if (text.trim() === '*') return '*';
  const tags: string[] = [];
  const element = new RegExp(ELEMENT);
  while (element.lastIndex < text.length) {
    const found = element.exec(text);
    if (!found) return undefined;
    if (found[1] !== undefined) tags.push(found[1]);
  }
  return tags.length > 0 ? tags : undefined;
}

/**
 * The first tag that matches this representation in any content coding; undefined when no tag matches. A weak tag matches only in the weak
 * comparison (section 8.8.3.2).
 */
export function findMatch(
  tags: readonly string[] | '*',
  current: string,
  comparison: 'strong' | 'weak',
): string | undefined {
  if (tags === '*') return current;
  const names = [current, ...CODINGS.map((coding) => withCoding(current, coding))];
  return tags.find((tag) => names.includes(comparison === 'weak' ? tag.replace(/^W\//, '') : tag));
}

import { createHash } from 'node:crypto';

/** 132 bits, as text: more than a collision by chance or on purpose can have. */
const CHARACTERS = 22;
const CODINGS = ['gzip', 'br'];
/** One element of a list of entity tags (RFC 9110, sections 5.6.1 and 8.8.3); an element may be empty. */
const ELEMENT = /[ \t]*(?:((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/y;

/** The strong entity tag of a representation (RFC 9110, section 8.8.3): another one whenever a member is another one. */
export function entityTagOf(representation: object): string {
  const digest = createHash('sha256').update(JSON.stringify(representation)).digest('base64url');
  return `"${digest.slice(0, CHARACTERS)}"`;
}

/** The tag of the same representation in this content coding: its bytes are others, so a strong tag differs (section 8.8.3.3). */
export function withCoding(tag: string, coding: string): string {
  const suffix = `-${coding}"`;
  return tag.startsWith('"') && !tag.endsWith(suffix) ? tag.slice(0, -1) + suffix : tag;
}

/** A list of entity tags, or `*` for all of them; undefined when the text is neither. */
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
 * The first of the tags that names this representation, in any content coding; undefined when none does. A weak tag does so in the weak
 * comparison alone (section 8.8.3.2).
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

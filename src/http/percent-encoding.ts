import { badRequest } from '../kernel/app-error.js';

/** More than any valid request needs. */
const MAX_PAIRS = 1_000;

/**
 * Reads `a=1&b=2` as pairs, in order. `+` means a space; the percent-encoding must be complete and UTF-8 (WHATWG URL,
 * application/x-www-form-urlencoded).
 * @param what names the text in the error
 * @throws AppError 400 when the encoding is broken
 */
export function decodePairs(text: string, what: string): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  if (text.length > MAX_PAIRS && text.split('&', MAX_PAIRS + 1).length > MAX_PAIRS) {
    throw badRequest(`${what} has more than ${MAX_PAIRS} parameters.`);
  }
  for (const part of text.split('&')) {
    if (part === '') continue;
    const split = part.indexOf('=');
    const name = split < 0 ? part : part.slice(0, split);
    pairs.push([decode(name, what), split < 0 ? '' : decode(part.slice(split + 1), what)]);
  }
  return pairs;
}

/** Decodes form-encoded text; undefined when the percent-encoding is incomplete or not UTF-8. */
export function formDecoded(text: string): string | undefined {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return undefined;
  }
}

function decode(text: string, what: string): string {
  const decoded = formDecoded(text);
  if (decoded === undefined) throw badRequest(`${what} is malformed: its percent-encoding is incomplete or not UTF-8.`);
  return decoded;
}

import Bowser from 'bowser';
import { forgetOldest } from './forget-oldest.js';

/** How many user agents are remembered with the names of their devices. An entry has at most some 600 bytes. */
const REMEMBERED = 1_000;
/** A product and its version, as programs without a browser name themselves (RFC 9110, section 10.1.5). */
const PRODUCT = /^([^\s/()<>@,;:\\"[\]?={}]+)(?:\/v?([\w.+-]+))?/;

const known = new Map<string, string | null>();

/**
 * A short name for the sender of a user agent, for people: `Firefox 133 on Windows`, `Safari 17 on Apple iPhone`, `curl 8.5.0`. Null without
 * a user agent, and for one that names nothing. A sender may write anything there, so the name proves nothing.
 */
export function deviceOf(userAgent: string | null): string | null {
  if (userAgent === null || userAgent === '') return null;
  const remembered = known.get(userAgent);
  if (remembered !== undefined) return remembered;
  const name = nameOf(userAgent);
  known.set(userAgent, name);
  forgetOldest(known, REMEMBERED);
  return name;
}

function nameOf(userAgent: string): string | null {
  const { browser, os, platform } = Bowser.parse(userAgent);
  const program = browser.name ? joined(browser.name, browser.version?.split('.')[0]) : productOf(userAgent);
  const machine = platform.model ? joined(platform.vendor, platform.model) : os.name;
  return [program, machine].filter(Boolean).join(' on ') || null;
}

/** Bowser names browsers and robots only. Every browser calls itself Mozilla, so that is no name. */
function productOf(userAgent: string): string | undefined {
  const [, name, version] = PRODUCT.exec(userAgent) ?? [];
  return name === undefined || name === 'Mozilla' ? undefined : joined(name, version);
}

function joined(...words: (string | undefined)[]): string {
  return words.filter(Boolean).join(' ');
}

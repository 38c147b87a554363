import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSWORD_LENGTH } from '../kernel/password-policy.js';
import { textFault } from '../kernel/text.js';
import { normalPassword } from './passwords.js';

/** One password a line. Lines that begin with `#` say where the list is from. */
const LIST = join(import.meta.dirname, 'common-passwords.txt');

let common: ReadonlySet<string> | undefined;

/**
 * Why a password cannot be set; undefined when it can. A password has at least eight characters, counted as Unicode code points, and is not
 * one of the commonest, in upper or lower case. There are no other rules (NIST SP 800-63B, section 3.1.1.2).
 */
export function passwordFault(password: string): string | undefined {
  const fault = textFault(password);
  if (fault !== undefined) return fault;
  const { min, max } = PASSWORD_LENGTH;
  const normal = normalPassword(password);
  if (Array.from(normal).length < min || normal.length > max) return `must have ${min} to ${max} characters`;
  return commonest().has(normal.toLowerCase()) ? 'must not be one of the commonest passwords' : undefined;
}

/** Read when the first password is set: a process that sets none does not need the memory. */
function commonest(): ReadonlySet<string> {
  common ??= new Set(
    readFileSync(LIST, 'utf8')
      .split('\n')
      .filter((line) => !/^(# |#?$)/.test(line)),
  );
  return common;
}

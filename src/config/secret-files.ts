import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';

/** Settings whose values no message may show. Each may also be given as a file: the setting with the suffix `_FILE` contains the path. */
export const SECRET_SETTINGS: readonly string[] = [
  'TESSERA_SECRET',
  'TESSERA_SECRET_PREVIOUS',
  'ADMIN_PASSWORD',
  'DATABASE_URL',
];

const REASONS = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'this process may not read it'],
  ['EISDIR', 'it is a folder'],
]);

/** An environment, and the faults of the files that it names: one sentence for each file, without its content. */
export interface FromFiles {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly faults: readonly string[];
}

/**
 * Replaces the secrets, those of the service by default, that are given as files with the content of the files, without a line break at the end. Container platforms provide
 * secrets as files, because many tools show the environment variables of a process.
 */
export function withSecretFiles(
  environment: FromFiles['environment'],
  secrets: readonly string[] = SECRET_SETTINGS,
): FromFiles {
  const read: Record<string, string> = {};
  const faults: string[] = [];
  for (const name of secrets) {
    const path = environment[`${name}_FILE`];
    if (path === undefined) continue;
    const result =
      environment[name] === undefined ? readSecret(path) : { fault: `expected to be absent, since ${name} is set` };
    if ('fault' in result) faults.push(`${name}_FILE: ${result.fault}`);
    else read[name] = result.text;
  }
  return { environment: { ...environment, ...read }, faults };
}

/** Messages do not show the path either, because an operator may have entered the secret itself as the path. */
function readSecret(path: string): { readonly text: string } | { readonly fault: string } {
  try {
    const bytes = readFileSync(path);
    const text = bytes.toString('utf8').replace(/\r?\n$/, '');
    if (text === '') return { fault: 'expected a file that is not empty' };
    return isUtf8(bytes) ? { text } : { fault: 'expected a file of UTF-8 text' };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return { fault: `expected a file that can be read: ${REASONS.get(code) ?? code}` };
  }
}

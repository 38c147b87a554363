import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const RUN = join(import.meta.dirname, '../torture/run.mjs');

/** Runs the torture for a quarter of a minute, and returns the exit code and all that was said. */
export async function torture(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [RUN, '--minutes', '0.25', ...args]);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  await once(child, 'close');
  return { code: child.exitCode, output };
}

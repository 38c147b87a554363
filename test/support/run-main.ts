import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { QUICK_START, MAIN } from './fixtures.mjs';

/** Starts a service that is expected to end by itself. Returns its exit code and output. */
export async function runMain(env: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [...QUICK_START, MAIN], { env: { PATH: process.env['PATH'], ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  await once(child, 'close');
  return { code: child.exitCode, output };
}

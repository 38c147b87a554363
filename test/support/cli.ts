import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { settingsOf } from './data.js';
import { CLI, QUICK_COMMAND } from './fixtures.mjs';
import { hostFor } from './in-host.js';

/** The result of a command: its exit code and its output. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command on a data folder, with `input` for its stdin, in a process of its own. */
export function runCliAlone(
  dataDir: string,
  args: readonly string[],
  input = '',
  settings: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  return spawned(CLI, args, { env: { ...environment(dataDir), ...settings }, input });
}

/** Runs the real command, as `runCliAlone`, in a process that may have run other programs before. */
export function runCli(
  dataDir: string,
  args: readonly string[],
  input = '',
  settings: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  return runCommand(CLI, args, { env: { ...environment(dataDir), ...settings }, input });
}

/** Runs a program that ends by itself: in a host of this worker, if there is one. */
export async function runCommand(
  program: string,
  args: readonly string[],
  { env, input = '' }: { env: NodeJS.ProcessEnv; input?: string },
): Promise<CommandResult> {
  const host = hostFor(env);
  if (!host) return spawned(program, args, { env, input });
  const said = { stdout: '', stderr: '' };
  const command = host({ program, args, env, input }, (text, isError) => {
    said[isError ? 'stderr' : 'stdout'] += text;
  });
  await command.ended;
  return { code: command.exitCode ?? null, ...said };
}

function spawned(
  program: string,
  args: readonly string[],
  { env, input }: { env: NodeJS.ProcessEnv; input: string },
): Promise<CommandResult> {
  const child = spawn(process.execPath, [...QUICK_COMMAND, '--throw-deprecation', program, ...args], {
    env,
    stdio: 'pipe',
  });
  // A command that reads no input may end before the input is written.
  child.stdin.on('error', () => undefined).end(input);
  return resultOf(child);
}

/** Runs the real command in a pseudo-terminal, and types an answer, with Enter, at each prompt that ends in a colon. */
export function runCliInTerminal(dataDir: string, args: string, answers: readonly string[]): Promise<CommandResult> {
  const command = [process.execPath, ...QUICK_COMMAND, CLI, args].join(' ');
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    env: environment(dataDir),
    stdio: 'pipe',
  });
  const waiting = [...answers];
  child.stdout.on('data', (text: Buffer) => {
    if (text.toString().trimEnd().endsWith(':')) child.stdin.write(`${waiting.shift() ?? ''}\r`);
  });
  return resultOf(child);
}

function environment(dataDir: string): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], NODE_ENV: 'test', ...settingsOf(dataDir) };
}

async function resultOf(child: ChildProcess): Promise<CommandResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  await once(child, 'close');
  return { code: child.exitCode, stdout, stderr };
}

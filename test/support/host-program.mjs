import { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { recordStatements } from './statement-record.mjs';

// Runs programs, one after another, in this process (`program-host.mjs`): such that start the service, and commands. A program finds the
// process as its own: the arguments, the environment and stdin; a signal that stops the service ends the service, and a failure the process.

/** What a program may listen to, and leaves behind when it ends. */
const EVENTS = ['exit', 'beforeExit', 'SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtException', 'unhandledRejection'];
const END = '\u0000';
const exit = process.exit.bind(process);
const umask = process.umask();

let count = 0;
let before = new Set();
/** Whether the program is a service that listens. Only such a program ends by a signal. */
let isListening = false;
/** Whether the program wrote to stderr: a command that fails may leave an open database behind, and then it says why it failed. */
let hasComplained = false;

recordStatements();
const { write } = process.stderr;
process.stderr.write = function (...given) {
  hasComplained = true;
  return write.apply(this, given);
};
process.exit = (code = process.exitCode ?? 0) => {
  // A start that failed may leave an open database behind, and what follows an exit in the code of a command must not run.
  if (Number(code) !== 0 || !isListening) exit(code);
  isListening = false;
  finish();
};

process.on('message', async ({ program, args, env, input }) => {
  hasComplained = false;
  before = new Set(EVENTS.flatMap((event) => process.listeners(event)));
  for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, env);
  process.umask(umask);
  process.argv.splice(1, Infinity, program, ...args);
  if (input !== undefined)
    Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(input)]), configurable: true });
  await import(`${pathToFileURL(program)}?${++count}`);
  if (input === undefined) {
    isListening = true;
    process.send({ isListening });
  } else if (process.exitCode && hasComplained) exit();
  else finish();
});
process.on('disconnect', () => exit());

function finish() {
  for (const event of EVENTS)
    for (const listener of process.listeners(event).filter((added) => !before.has(added))) {
      if (event === 'exit') listener(0);
      process.off(event, listener);
    }
  // As the end of a process closes them: the service itself waits some seconds for clients that read nothing.
  for (const handle of process._getActiveHandles())
    if (handle instanceof Socket && handle !== process.stdout && handle !== process.stderr) handle.destroy();
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').write(END);
  process.send({ code: process.exitCode ?? 0 });
  process.exitCode = undefined;
}

import { pathToFileURL } from 'node:url';

// Runs programs that start the service, one after another, in this process (`service-host.mjs`). For the service it is a process as any:
// the environment, the signals and the exit are its own.

/** What a service may listen to, and leaves behind when it ends. */
const EVENTS = ['exit', 'beforeExit', 'SIGTERM', 'SIGINT', 'SIGHUP', 'uncaughtException', 'unhandledRejection'];
const listeners = () => new Set(EVENTS.flatMap((event) => process.listeners(event)));
const exit = process.exit.bind(process);

let count = 0;
let before = listeners();
let hasEnded = false;

process.exit = (code = process.exitCode ?? 0) => {
  // A start that failed leaves an open database. The host ends with the service.
  if (Number(code) !== 0) exit(code);
  if (hasEnded) return;
  hasEnded = true;
  for (const event of EVENTS)
    for (const listener of process.listeners(event).filter((added) => !before.has(added))) {
      if (event === 'exit') listener(0);
      process.off(event, listener);
    }
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').write('\u0000');
  process.send({ ended: true });
};

process.on('message', async ({ program, env }) => {
  before = listeners();
  hasEnded = false;
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  await import(`${pathToFileURL(program)}?${++count}`);
  if (!hasEnded) process.send({ listening: true });
});
process.on('disconnect', () => exit());

/**
 * Writes to stdout once in each turn of the event loop, with all lines logged in that turn: many requests cost one system call together.
 * All lines are written before the process ends by itself. If the reader of stdout has gone, the service goes on.
 */
export function stdoutByTurn(): { write(text: string): void } {
  let pending = '';
  const flush = (): void => {
    const text = pending;
    pending = '';
    if (text !== '') process.stdout.write(text);
  };
  process.stdout.on('error', () => undefined);
  process.on('exit', flush);
  return {
    write: (text) => {
      if (pending === '') setImmediate(flush);
      pending += text;
    },
  };
}

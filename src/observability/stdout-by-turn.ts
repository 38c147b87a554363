/**
 * Writes to stdout once per turn of the event loop, with all lines of that turn: many requests share one system call. All lines are written
 * before a normal exit of the process. If the reader of stdout has gone, the service continues.
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

/**
 * stdout, written to once in a turn of the event loop, with all that was logged in it: a crowd of requests costs one call of the system
 * instead of one each. What was logged is written before the process ends by itself. Whoever read it may have gone; the service stays.
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

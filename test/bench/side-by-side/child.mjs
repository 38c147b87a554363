/** Sends a message to a child process and waits for its next message. Rejects when the child reports an error or has ended. */
export function ask(child, message) {
  return new Promise((resolve, reject) => {
    const settle = (answer) => {
      child.off('message', settle).off('exit', settle);
      if (answer?.error === undefined && typeof answer === 'object' && answer !== null) resolve(answer);
      else reject(new Error(answer?.error ?? 'A process of the benchmark ended too soon.'));
    };
    child.on('message', settle).on('exit', settle);
    child.send(message);
  });
}

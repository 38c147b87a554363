import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { AppError } from '../kernel/app-error.js';

/**
 * Reads a new password. At a terminal, the command asks for it twice, without echo. Otherwise, the first line of stdin is the password.
 * @throws AppError when no password was given, or the two passwords differ
 */
export async function readNewPassword(): Promise<string> {
  const isTerminal = process.stdin.isTTY;
  const nowhere = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const input = createInterface({ input: process.stdin, output: nowhere, terminal: isTerminal, historySize: 0 });
  const lines = input[Symbol.asyncIterator]();
  const ask = async (prompt: string): Promise<string> => {
    if (isTerminal) process.stderr.write(prompt);
    const line = await lines.next();
    if (isTerminal) process.stderr.write('\n');
    if (line.done) throw new AppError('no_password', 400, 'No password was given.');
    return line.value;
  };
  try {
    const password = await ask('Password: ');
    if (isTerminal && (await ask('The same password again: ')) !== password) {
      throw new AppError('passwords_differ', 400, 'The two passwords differ.');
    }
    return password;
  } finally {
    input.close();
  }
}

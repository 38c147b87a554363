import { connect } from 'node:net';

const PATIENCE_MS = 10_000;
const SILENCE_MS = 300;

/**
 * Writes bytes to the service as they are, and reads what it says until it closes the connection or falls silent.
 * @returns the status of the first answer, 0 when there was none, and those of all
 */
export function speak(url, bytes) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    const end = () => {
      socket.destroy();
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
      resolve({ status: statuses[0] ?? 0, statuses });
    };
    socket.setEncoding('latin1').setTimeout(PATIENCE_MS, end);
    socket.on('data', (chunk) => {
      text += chunk;
      socket.setTimeout(SILENCE_MS);
    });
    socket.on('close', end).on('error', end);
    socket.write(bytes);
  });
}

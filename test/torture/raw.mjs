import { connect } from 'node:net';
import { get } from 'node:http';
import { URLSearchParams } from 'node:url';

const PATIENCE_MS = 10_000;
const SILENCE_MS = 300;

/**
 * Writes raw bytes to the service, and reads until the service closes the connection or sends nothing more.
 * @returns the status of the first answer (0 when there was none), and the statuses of all answers
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

/**
 * Sends a form and disconnects: `half` closes the sending direction and still listens; `close` closes the connection as soon as the bytes
 * are sent.
 * @returns the status of the answer, 0 when there was none
 */
export function sendAndHangUp(url, { path, form, headers }, how) {
  const { hostname, port } = new URL(url);
  const body = new URLSearchParams(form).toString();
  const all = { host: 'x', 'content-type': 'application/x-www-form-urlencoded', ...headers };
  const lines = Object.entries({ ...all, 'content-length': body.length }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return new Promise((resolve) => {
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    let text = '';
    const end = () => {
      socket.destroy();
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0) });
    };
    socket.setEncoding('latin1').setTimeout(PATIENCE_MS, end);
    socket.on('data', (chunk) => (text += chunk)).on('end', end);
    socket.on('close', end).on('error', end);
    const request = `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
    if (how === 'half') socket.end(request);
    else socket.end(request, () => socket.destroy());
  });
}

/** Waits until the service has read all earlier requests: the service accepts connections in order. */
export async function arrived(url) {
  for (let time = 0; time < 2; time++) {
    await new Promise((resolve) => {
      const request = get(`${url}/health/live`, { agent: false }, (response) => response.resume().on('close', resolve));
      request.on('error', resolve);
    });
  }
}

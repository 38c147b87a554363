import { connect } from 'node:net';
import { raw } from './raw.js';

/** How a client disconnects: it closes its direction of the connection and still listens, or it closes the whole connection. */
export type HangUp = 'half' | 'close';

/** The path, the form and the headers of the request. */
export interface Said {
  readonly path: string;
  readonly form: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends a form, disconnects as soon as the bytes are sent, and waits until the connection is closed.
 * @returns the status of the answer, 0 when there was none
 */
export function hangUp(url: string, said: Said, how: HangUp): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    socket.setEncoding('latin1').on('data', (text: string) => (received += text));
    socket.on('end', () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      resolve(Number(/^HTTP\/1\.1 (\d{3}) /.exec(received)?.[1] ?? 0));
    });
    socket.end(requestOf(said), () => {
      if (how === 'close') socket.destroy();
    });
  });
}

/** Waits until a service has read all earlier requests: the service accepts connections in order. */
export async function arrived(url: string): Promise<void> {
  const head = 'GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
  for (let time = 0; time < 2; time++) await raw(url, head);
}

function requestOf({ path, form, headers = {} }: Said): string {
  const body = new URLSearchParams(form).toString();
  const all = { host: 'x', 'content-type': 'application/x-www-form-urlencoded', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}content-length: ${body.length}\r\n\r\n${body}`;
}

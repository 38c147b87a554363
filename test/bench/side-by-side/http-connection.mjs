import { connect } from 'node:net';
import { URLSearchParams } from 'node:url';

const HEAD_END = '\r\n\r\n';

/**
 * A kept connection with one request at a time. It does only what a load generator needs, since the processor time that it uses is
 * taken from the servers.
 */
export class HttpConnection {
  #socket;
  #received = Buffer.alloc(0);
  #waiting;

  constructor(port) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.on('data', (bytes) => this.#take(bytes));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('The server closed the connection.')));
  }

  /** Sends the text of a request, and resolves to `{ status, body }` with the body as text. */
  send(request) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close() {
    this.#socket.destroy();
  }

  #take(bytes) {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.latin1Slice(0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) return this.#fail(new Error(`An answer without a length:\n${head}`));
    const bodyStart = headEnd + HEAD_END.length;
    const end = bodyStart + Number(length);
    if (this.#received.length < end) return;
    const body = this.#received.utf8Slice(bodyStart, end);
    this.#received = this.#received.subarray(end);
    const { resolve } = this.#waiting;
    this.#waiting = undefined;
    resolve({ status: Number(head.slice(9, 12)), body });
  }

  #fail(error) {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** The text of a request. A `body` that is an object is sent as a form; a text is sent as JSON. */
export function request(method, path, { headers = {}, body } = {}) {
  const isForm = typeof body === 'object';
  const content = isForm ? new URLSearchParams(body).toString() : (body ?? '');
  const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const described =
    body === undefined ? '' : `content-type: ${type}\r\ncontent-length: ${Buffer.byteLength(content)}\r\n`;
  const others = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: keep-alive\r\n${others.join('')}${described}\r\n${content}`;
}

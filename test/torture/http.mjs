import { Agent, request as open } from 'node:http';
import { clearTimeout } from 'node:timers';
import { URLSearchParams } from 'node:url';

/** Longer than a loaded machine takes, shorter than the retry window. */
const PATIENCE_MS = 20_000;
const FORM = 'application/x-www-form-urlencoded';

/** Sends HTTP requests on kept connections. Never throws: a missing answer is a result too. */
export class HttpClient {
  #agent = new Agent({ keepAlive: true });

  /**
   * Sends a request. `form` and `json` are bodies. With `abandonAfterMs` the client disconnects after that time, even without an answer.
   * @returns status, headers, text and body; or status 0 with the reason, and whether the service may have seen the request
   */
  send(base, { method = 'GET', path, headers = {}, form, json, body, abandonAfterMs, patienceMs = PATIENCE_MS }) {
    const [payload, type] = payloadOf({ form, json, body });
    const all = { ...(type && { 'content-type': type }), ...headers };
    if (payload !== undefined) all['content-length'] = Buffer.byteLength(payload);
    return new Promise((resolve) => {
      const request = open(base + path, { method, headers: all, agent: this.#agent });
      const lose = (reason, mayBeDone = true) => {
        clearTimeout(timer);
        request.destroy();
        resolve({ status: 0, reason, mayBeDone, headers: {}, text: '' });
      };
      const limit = abandonAfterMs ?? patienceMs;
      const timer = setTimeout(() => lose(abandonAfterMs === undefined ? 'TIMEOUT' : 'ABANDONED'), limit);
      request.on('error', ({ code, message }) => lose(code ?? message, code !== 'ECONNREFUSED'));
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk));
        response.on('error', ({ code, message }) => lose(code ?? message));
        response.on('end', () => {
          clearTimeout(timer);
          resolve({ status: response.statusCode, headers: response.headers, text, body: parsed(response, text) });
        });
      });
      request.end(payload);
    });
  }

  close() {
    this.#agent.destroy();
  }
}

/** The header `Authorization: Basic` for a user name and a password. */
export function basic({ email, password }) {
  return `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
}

function payloadOf({ form, json, body }) {
  if (form) return [new URLSearchParams(form).toString(), FORM];
  if (json !== undefined) return [JSON.stringify(json), 'application/json'];
  return [body, undefined];
}

function parsed({ headers }, text) {
  if (!headers['content-type']?.startsWith('application/json')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

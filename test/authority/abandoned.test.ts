import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, isAlive, login, refresh, seconds, story, TOKEN } from '../support/sessions.js';

const WINDOW_SECONDS = 1;

let service: Service;
beforeAll(async () => {
  service = await Service.start({
    PUBLIC_URL: 'https://tessera.example.com',
    REFRESH_RETRY_WINDOW: String(WINDOW_SECONDS),
  });
});
afterAll(() => disposeWithoutLeaks(service));

/** Opens a connection and waits until the service has accepted the connection. */
async function open(): Promise<Socket> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname).resume();
  await once(socket, 'connect');
  await seconds(0.1);
  return socket;
}

const refreshBy = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token });

/** The head and the body of a request with a form. By default the request is a refresh. */
function asking(form: Record<string, string>, path = TOKEN): [string, string] {
  const body = new URLSearchParams(form).toString();
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n`;
  return [`${head}content-length: ${body.length}\r\n\r\n`, body];
}

describe('a request that the service reads after its client has disconnected', () => {
  async function hangUpOn(request: [string, string]): Promise<void> {
    const socket = await open();
    service.signal('SIGSTOP');
    socket.end(request.join(''));
    await seconds(0.5);
    service.signal('SIGCONT');
    await seconds(0.3);
  }

  it('ends nothing, however old its refresh token is', async () => {
    const first = await login(service, 'all');
    const third = await refresh(service, await refresh(service, first));
    await hangUpOn(asking(refreshBy(first.refresh)));
    expect(await isAlive(service, await refresh(service, third))).toBe(true);
  });

  it('is dropped: a later request with the same token gets the next token', async () => {
    const tokens = await login(service, 'all');
    await hangUpOn(asking(refreshBy(tokens.refresh)));
    await seconds(WINDOW_SECONDS + 0.5);
    expect(await isAlive(service, await refresh(service, tokens))).toBe(true);
    // A request that had been carried out would show here as a retry.
    expect(await story(service, tokens)).not.toContain('refresh-retried: null');
  });

  it('is carried out when all that the request does is to end a session', async () => {
    const tokens = await login(service, 'all');
    await hangUpOn(asking({ token: tokens.refresh }, `${TOKEN}/revoke`));
    for (let n = 0; n < 500 && (await isAlive(service, tokens)); n++) await seconds(0.02);
    expect(await isAlive(service, tokens)).toBe(false);
  });
});

it('a request is judged by the time of its last byte: a client that sends slowly gets no longer retry window', async () => {
  const first = await login(service, 'all');
  const [head, body] = asking(refreshBy(first.refresh));
  const socket = await open();
  socket.write(head);
  const third = await refresh(service, await refresh(service, first));
  await seconds(WINDOW_SECONDS + 0.5);
  socket.write(body);
  await once(socket, 'data');
  socket.destroy();
  expect(await isAlive(service, third)).toBe(false);
});

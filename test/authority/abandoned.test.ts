import { once } from 'node:events';
import { connect } from 'node:net';
import { Service } from '../support/service.js';
import { disposeWithoutLeaks, isAlive, login, refresh, seconds, TOKEN } from '../support/sessions.js';

let service: Service;
beforeAll(async () => {
  service = await Service.start({ PUBLIC_URL: 'https://tessera.example.com' });
});
afterAll(() => disposeWithoutLeaks(service));

it('a request that is read when its client has hung up ends nothing, however old its token', async () => {
  const first = await login(service, 'all');
  const third = await refresh(service, await refresh(service, first));
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  // The service has accepted the connection by now.
  await seconds(0.1);
  service.signal('SIGSTOP');
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: first.refresh }).toString();
  const head = `POST ${TOKEN} HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n`;
  socket.end(`${head}content-length: ${body.length}\r\n\r\n${body}`);
  await seconds(0.05);
  service.signal('SIGCONT');
  await seconds(0.3);
  expect(await isAlive(service, await refresh(service, third))).toBe(true);
});

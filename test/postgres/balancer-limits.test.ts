import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { Balancer } from '../support/balancer.js';
import { RESOURCE } from '../support/client.js';
import { Service } from '../support/service.js';
import { times } from '../support/sessions.js';

/** The limits of deploy/haproxy.cfg. */
const SIGN_INS_IN_10_SECONDS = 100;
const REQUESTS_IN_10_SECONDS = 300;

const suite = Balancer.isInstalled || process.env['CI'] ? describe : describe.skip;

suite('the limits of the balancer', () => {
  let service: Service;
  let balancer: Balancer;
  beforeAll(async () => {
    service = await Service.start({ TRUSTED_PROXIES: '127.0.0.1' });
    const settings = { REQUESTS_IN_10_SECONDS: String(REQUESTS_IN_10_SECONDS) };
    balancer = await Balancer.start([service.url, service.url], settings);
  });
  afterAll(async () => {
    await balancer.stop();
    await service.dispose();
  });

  async function send(path: string, from: string, form?: string) {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const method = form === undefined ? 'GET' : 'POST';
    const sent = request(`${balancer.url}${path}`, { method, headers, localAddress: from, agent: false }).end(form);
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk as string;
    const body = JSON.parse(text) as Record<string, unknown>;
    return { status: answer.statusCode, retryAfter: answer.headers['retry-after'], body };
  }

  it.each([
    ['/API/%74oken/', '127.0.0.10', '127.0.0.11'],
    ['//api///token//', '127.0.0.20', '127.0.0.21'],
  ])('refuse too many sign-ins from one address, also at %s, but no other requests', async (path, address, another) => {
    const signIn = (from: string) => send(path, from, 'grant_type=unknown');
    const answers = await times(SIGN_INS_IN_10_SECONDS + 20, () => signIn(address));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status === 400).length).toBe(answers.length - refused.length);
    for (const { retryAfter, body } of refused) {
      expect(retryAfter).toBe('10');
      expect(body).toEqual({
        error: 'temporarily_unavailable',
        error_description: 'Too many sign-ins. Wait 10 seconds.',
      });
    }
    expect((await signIn(another)).status).toBe(400);
    const refresh = await send('/api/token', address, 'grant_type=refresh_token');
    expect(refresh.body['error']).toBe('invalid_request');
  });

  it('refuse too many requests from one address, in the form of each route', async () => {
    const message = 'Too many requests. Wait 10 seconds.';
    const answers = await times(REQUESTS_IN_10_SECONDS + 50, () => send(RESOURCE, '127.0.0.12'));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    for (const { retryAfter, body } of refused) {
      expect(retryAfter).toBe('10');
      expect(body).toEqual({ Status: 429, Message: message, Value: null, Errors: null, WasSuccessful: false });
    }
    const token = await send('/api/token/revoke', '127.0.0.12', 'token=x');
    expect([token.status, token.body]).toEqual([429, { error: 'temporarily_unavailable', error_description: message }]);
    expect((await send(RESOURCE, '127.0.0.13')).status).toBe(401);
  });
});

import { runCli } from '../support/cli.js';
import { Service } from '../support/service.js';
import { passwordOf } from '../support/client.js';
import {
  disposeWithoutLeaks,
  events,
  isAlive,
  sessionOf,
  story,
  TOKEN,
  tokensOf,
  type Tokens,
  untilStale,
} from '../support/sessions.js';

interface Place {
  readonly address: string;
  readonly agent: string;
  readonly request?: string;
}

const VICTIM = { address: '198.51.100.7', agent: 'victim/1' };
const NEIGHBOUR = { ...VICTIM, address: '198.51.100.200' };
const THIEF = { address: '203.0.113.66', agent: 'thief/1' };

const settings = { TRUSTED_PROXIES: '127.0.0.1', REFRESH_RETRY_WINDOW: '0', REFRESH_LOST_ANSWER_WINDOW: '0' };
let service: Service;
beforeAll(async () => {
  service = await Service.start(settings);
});
afterAll(() => disposeWithoutLeaks(service));

async function ask(
  form: Record<string, string>,
  clientId: string,
  { address, agent, request }: Place,
): Promise<Tokens> {
  const headers = { client_id: clientId, 'x-forwarded-for': address, 'user-agent': agent };
  const named = request === undefined ? headers : { ...headers, 'x-request-id': request };
  return tokensOf(await service.client().form('POST', TOKEN, form, named));
}

function login(clientId: string, place: Place): Promise<Tokens> {
  return ask({ grant_type: 'password', username: 'all@example.com', password: passwordOf('all') }, clientId, place);
}

function refresh({ refresh: token }: Tokens, clientId: string, place: Place): Promise<Tokens> {
  return ask({ grant_type: 'refresh_token', refresh_token: token }, clientId, place);
}

const elsewhere = (tokens: Tokens) => events(service, { SessionId: sessionOf(tokens), Kind: 'refreshed-elsewhere' });

it('the end of a replayed session names the victim who replayed and the thief who had redeemed last', async () => {
  const stolen = await login('robbed', VICTIM);
  const first = await refresh(stolen, 'robbed', { ...THIEF, request: 'theft-1' });
  await refresh(first, 'robbed', { ...THIEF, request: 'theft-2' });
  await untilStale();
  await expect(refresh(stolen, 'robbed', VICTIM)).rejects.toThrow('invalid_grant');
  const [end] = await events(service, { SessionId: sessionOf(stolen), Kind: 'session-ended' });
  expect(end).toMatchObject({
    Reason: 'replayed',
    Address: VICTIM.address,
    UserAgent: VICTIM.agent,
    LastAddress: THIEF.address,
    LastUserAgent: THIEF.agent,
    LastRequestId: 'theft-2',
    LastRedeemedOn: expect.stringMatching(/Z$/) as string,
  });
});

describe('a refresh', () => {
  it('is an event with both places when the network or user agent differs from the last redemption', async () => {
    const begun = await login('moving', VICTIM);
    const near = await refresh(begun, 'moving', NEIGHBOUR);
    expect(await elsewhere(begun)).toEqual([]);
    const far = await refresh(near, 'moving', { ...VICTIM, address: '2001:db8::1' });
    await refresh(far, 'moving', { ...THIEF, address: '2001:db8::2' });
    expect(await elsewhere(begun)).toMatchObject([
      { Reason: 'network', Actor: 'all@example.com', Address: '2001:db8::1', LastAddress: NEIGHBOUR.address },
      { Reason: 'user-agent', UserAgent: THIEF.agent, LastAddress: '2001:db8::1', LastUserAgent: VICTIM.agent },
    ]);
  });

  it('writes at most ten events a minute when the place changes every time', async () => {
    let tokens = await login('restless', VICTIM);
    for (let time = 0; time < 14; time++)
      tokens = await refresh(tokens, 'restless', { ...VICTIM, agent: `agent/${time}` });
    expect(await elsewhere(tokens)).toHaveLength(10);
  });

  it('ends the session when the place changed and the setting requires it', async () => {
    await service.end();
    await service.resume({ REFRESHED_ELSEWHERE: 'end' });
    const begun = await login('strict', VICTIM);
    const near = await refresh(begun, 'strict', NEIGHBOUR);
    await expect(refresh(near, 'strict', { ...VICTIM, agent: THIEF.agent })).rejects.toThrow('invalid_grant');
    expect((await story(service, near)).at(-1)).toBe('session-ended: refreshed-elsewhere');
    expect(await isAlive(service, near)).toBe(false);
    await service.end();
    await service.resume({ REFRESHED_ELSEWHERE: 'record' });
  });
});

it('sessions list shows the place of the last redemption of each session', async () => {
  const begun = await login('listed', VICTIM);
  await refresh(begun, 'listed', { ...THIEF, request: 'shown-1' });
  await service.freeData();
  const { stdout } = await runCli(service.dataDir, ['sessions', 'list', '--subject', 'all@example.com', '--json']);
  const [session] = (JSON.parse(stdout) as { client: string }[]).filter(({ client }) => client === 'listed');
  expect(session).toMatchObject({ address: THIEF.address, userAgent: THIEF.agent, request: 'shown-1' });
  await service.resume();
});

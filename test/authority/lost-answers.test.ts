import { connect } from 'node:net';
import { raw } from '../support/raw.js';
import { Service } from '../support/service.js';
import {
  disposeWithoutLeaks,
  isAlive,
  login,
  refresh,
  sessionOf,
  story,
  TOKEN,
  type Tokens,
} from '../support/sessions.js';

const ROUNDS = 150;

let service: Service;
beforeAll(async () => {
  service = await Service.start();
});
afterAll(() => disposeWithoutLeaks(service));

/** When a client cuts its connection: this many milliseconds after the request was sent, or when the answer begins to arrive. */
type Cut = number | 'answer';

/** Sends a refresh and cuts the connection, whether an answer came or not. */
function sendAndCut({ refresh: token }: Tokens, clientId: string, cut: Cut): Promise<void> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }).toString();
  const head = `POST ${TOKEN} HTTP/1.1\r\nhost: x\r\nclient_id: ${clientId}\r\nuser-agent: node\r\ncontent-length: ${body.length}`;
  const { hostname, port } = new URL(service.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${head}\r\ncontent-type: application/x-www-form-urlencoded\r\n\r\n${body}`, () => {
        if (cut === 'answer') socket.once('data', () => socket.resetAndDestroy());
        else setTimeout(() => socket.resetAndDestroy(), cut);
      });
    });
    socket.on('error', reject).on('close', () => {
      resolve();
    });
  });
}

/**
 * Waits until the service has read all earlier requests, even on a slow machine: the service accepts connections in order. Otherwise
 * a late copy of a request could arrive two generations later, and the service could not distinguish the copy from a replay.
 */
async function arrived(): Promise<void> {
  const head = 'GET /health/ready HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
  for (let time = 0; time < 2; time++) expect((await raw(service.url, head)).status).toBe(200);
}

describe('a client whose connection is cut before the answer', () => {
  it.each<Cut>([0, 3, 10, 'answer'])('continues with the same token, over many rounds (cut: %s)', async (cut) => {
    const clientId = `cut-${cut}`;
    let tokens = await login(service, 'all', clientId);
    for (let round = 0; round < ROUNDS / 3; round++) {
      await sendAndCut(tokens, clientId, cut);
      const next = await refresh(service, tokens, clientId);
      expect(next.refresh).not.toBe(tokens.refresh);
      await arrived();
      expect(sessionOf(next)).toBe(sessionOf(tokens));
      tokens = next;
    }
    expect(await isAlive(service, tokens)).toBe(true);
    const kinds = await story(service, tokens);
    expect(
      kinds.filter((kind) => !/^(login|refresh-retried|refresh-refused: superseded-in-flight)/.test(kind)),
    ).toEqual([]);
    // The answer was already sent: the token had been rotated, and the next request was a retry.
    if (cut === 'answer') expect(kinds).toContain('refresh-retried: null');
  });

  it('continues when it cuts repeatedly, and when it retries while the first request is still under way', async () => {
    let tokens = await login(service, 'all', 'impatient');
    for (let round = 0; round < 30; round++) {
      const cuts = [0, 1, 2].map((ms) => sendAndCut(tokens, 'impatient', ms));
      const next = await refresh(service, tokens, 'impatient');
      await Promise.all(cuts);
      await arrived();
      expect((await refresh(service, tokens, 'impatient')).refresh).toBe(next.refresh);
      tokens = next;
    }
    expect(await isAlive(service, tokens)).toBe(true);
  });
});

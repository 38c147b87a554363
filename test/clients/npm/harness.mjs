/** The acts of every script with its client. Prints the result of each act as a line of JSON: `yes`, or the reason of the failure. */
import { strict as assert } from 'node:assert';
import { webcrypto } from 'node:crypto';
import { writeSync } from 'node:fs';

export const { TESSERA_URL: url, CLIENT_ID: clientId } = process.env;
export const user = { name: process.env.USER_NAME, password: process.env.USER_PASSWORD };
export const reader = { name: process.env.READER_NAME, password: process.env.READER_PASSWORD };
export { assert };

/** The private key of a client that signs: ES256, for Web Crypto. */
export function privateKey() {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  return webcrypto.subtle.importKey('jwk', JSON.parse(process.env.CLIENT_KEY), algorithm, false, ['sign']);
}

/** The status of a request with this access token. */
export async function statusWith(access) {
  const { status } = await fetch(`${url}/api/sys/refreshtokens?size=1`, {
    headers: { authorization: `Bearer ${access}` },
  });
  return status;
}

/** The status of a request that a client sends with a proof. A copy of the token without the key must be worth nothing. */
export async function statusWithProof(access, send) {
  assert.equal(await statusWith(access), 401, 'The access token is accepted without the key.');
  return send(new URL(`${url}/api/sys/refreshtokens?size=1`)).then(
    ({ status }) => status,
    ({ status, cause }) => status ?? cause?.status ?? cause?.response?.status,
  );
}

export async function expectAlive(access, call = statusWith) {
  assert.equal(await call(access), 200, 'The access token is not accepted.');
}

/** Loses the next answer of the token endpoint. */
export const loseNext = () => fetch(`${url}/control/lose`);

export async function isActive(token) {
  return (await fetch(`${url}/control/active?token=${token}`)).status === 200;
}

/** An access token from a plain request, for clients that cannot sign in themselves. */
export async function plainSignIn(id = clientId) {
  const body = new URLSearchParams({ grant_type: 'password', username: user.name, password: user.password });
  const answer = await fetch(`${url}/api/token`, { method: 'POST', headers: { client_id: id }, body });
  return answer.json();
}

/**
 * Tries the acts one after the other and ends the process. Prints a line of JSON before and after each act, so that the table shows which
 * act ended the process.
 */
export async function report(acts) {
  for (const [act, run] of Object.entries(acts)) {
    say(act, 'The process ended.');
    try {
      await run();
      say(act, 'yes');
    } catch (error) {
      say(act, `${error.message}${error.cause ? ` (${error.cause.message ?? error.cause})` : ''}`.split('\n')[0]);
    }
  }
  process.exit(0);
}

function say(act, result) {
  writeSync(1, `${JSON.stringify({ act, result })}\n`);
}

/**
 * Tries the acts of the table with an OAuth client. `tokensOf` reads `access` and `refresh` from the results of `signIn` and `refresh`.
 * `revoke` and `introspect` are absent if the client has no such function. `last` names an act that must be the last one. `call` returns the
 * status of a request with an access token, if the client must send it.
 */
export async function reportClient({ signIn, refresh, tokensOf, revoke, introspect, last, call = statusWith }) {
  const expectSessionAlive = (session) => expectAlive(tokensOf(session).access, call);
  let session;
  const acts = {
    'sign in': async () => {
      session = await signIn();
      await expectSessionAlive(session);
    },
    refresh: async () => {
      const next = await refresh(session);
      assert.notEqual(tokensOf(next).access, tokensOf(session).access, 'The access token is the same.');
      await expectSessionAlive(next);
      session = next;
    },
    'rotation kept': async () => {
      const tokens = [tokensOf(session).refresh];
      for (let n = 0; n < 3; n++) {
        session = await refresh(session);
        tokens.push(tokensOf(session).refresh);
      }
      assert.equal(new Set(tokens).size, 4, 'A refresh token was not replaced by its successor.');
    },
    'two concurrently': async () => {
      const both = await Promise.all([refresh(session), refresh(session)]);
      for (const one of both) await expectSessionAlive(one);
      session = await refresh(both[1]);
    },
    'lost answer': async () => {
      await loseNext();
      await refresh(session).catch(() => undefined);
      session = await refresh(session);
      await expectSessionAlive(session);
      session = await refresh(session);
    },
  };
  const introspects = introspect && {
    introspect: async () => {
      const { active, username } = await introspect(tokensOf(session).access);
      assert.deepEqual([active, username], [true, user.name]);
      assert.equal((await introspect('no-token')).active, false);
    },
  };
  const revokes = revoke && {
    revoke: async () => {
      await revoke(session);
      assert.equal(await isActive(tokensOf(session).refresh), false, 'The refresh token is still active.');
      assert.equal(await call(tokensOf(session).access), 401, 'The access token is still accepted.');
    },
  };
  const { [last]: lastAct, ...all } = { ...acts, ...introspects, ...revokes };
  await report({ ...all, ...(lastAct && { [last]: lastAct }) });
}

import { randomBytes, randomInt } from 'node:crypto';
import { request } from './http-connection.mjs';
import { proofOf } from './proofs.mjs';

const RECORDS = '/api/sys/refreshtokens';
const MEMBERS = 16;
const LIFE_MS = 15 * 86_400_000;
const TICKET_BYTES = 203;

/**
 * What the virtual clients do. `next(client, target)` returns a request. `accept(client, body, sent)` throws if the answer is wrong, so that a
 * failing server cannot look fast. `atEnd(client)` checks the last tokens more closely. A client has `token`, `clientId` and `bearer`.
 */
export const SCENARIOS = {
  redeem: {
    next(client, { tokenPath }) {
      const body = { grant_type: 'refresh_token', refresh_token: client.token, client_id: client.clientId };
      return { text: request('POST', tokenPath, { body }) };
    },
    accept(client, answer) {
      const isSigned = /^[\w-]+\.[\w-]+\.[\w-]{86}$/.test(answer.access_token);
      const isNew = typeof answer.refresh_token === 'string' && answer.refresh_token !== client.token;
      require(isSigned && isNew && /^bearer$/i.test(answer.token_type), answer);
      client.token = answer.refresh_token;
      client.accessToken = answer.access_token;
    },
    atEnd({ accessToken }) {
      const [header, claims] = accessToken.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
      require(header.alg === 'ES256' && claims.exp * 1000 > Date.now() && claims.sub.includes('@'), claims);
    },
  },
  'sign-in': {
    next({ username, password, clientId }, { tokenPath }) {
      const body = { grant_type: 'password', username, password, client_id: clientId };
      return { text: request('POST', tokenPath, { body }) };
    },
    accept(client, answer) {
      require(/^[\w-]+\.[\w-]+\.[\w-]{86}$/.test(answer.access_token) && answer.refresh_token.length > 0, answer);
    },
  },
  /** Like `redeem`, but each request uses the next of the client's `sessions`, so that the requests reach rows all over the table. */
  'redeem-all-over': {
    next(client, target) {
      client.turn = ((client.turn ?? -1) + 1) % client.sessions.length;
      return SCENARIOS.redeem.next(client.sessions[client.turn], target);
    },
    accept(client, answer) {
      SCENARIOS.redeem.accept(client.sessions[client.turn], answer);
    },
  },
  'get-one': {
    next({ bearer }, { records }) {
      const id = randomInt(1, records + 1);
      return { id, text: request('GET', `${RECORDS}/${id}`, { headers: authorization(bearer) }) };
    },
    accept(client, record, { id }) {
      require(record.Id === id && isWhole(record), record);
    },
  },
  /** Like `get-one`, with a token that is bound to a key and a DPoP proof for each request. The client's signature is part of the load. */
  'get-one-bound': {
    next({ proving }, { records, publicUrl }) {
      const id = randomInt(1, records + 1);
      const path = `${RECORDS}/${id}`;
      const headers = { authorization: `DPoP ${proving.bound}`, dpop: proofOf(proving, 'GET', publicUrl + path) };
      return { id, text: request('GET', path, { headers }) };
    },
    accept(client, record, sent) {
      SCENARIOS['get-one'].accept(client, record, sent);
    },
  },
  create: {
    next({ bearer }) {
      const body = JSON.stringify({
        Subject: `new${randomInt(1_000_000)}@example.com`,
        ClientId: 'bench-app',
        ExpiresOn: new Date(Date.now() + LIFE_MS).toISOString(),
        ProtectedTicket: randomBytes(TICKET_BYTES).toString('base64url'),
        TicketHash: randomBytes(32).toString('base64'),
        TicketSalt: randomBytes(16).toString('base64'),
      });
      return { text: request('POST', RECORDS, { headers: authorization(bearer), body }) };
    },
    accept(client, answer) {
      require(answer.WasSuccessful === true && answer.Value.Id > 0, answer);
    },
  },
  search: {
    next({ bearer }, { subjects }) {
      const subject = `user${randomInt(1, subjects + 1)}@example.com`;
      const path = `${RECORDS}?RefreshToken_Subject=${encodeURIComponent(subject)}`;
      return { subject, text: request('GET', path, { headers: authorization(bearer) }) };
    },
    accept(client, { Records, TotalItems }, { subject }) {
      const isRight = Records.length > 0 && Records.length === Math.min(TotalItems, 25);
      require(isRight && Records.every((record) => record.Subject === subject && isWhole(record)), Records);
    },
  },
};

function authorization(bearer) {
  return { authorization: `Bearer ${bearer}` };
}

function isWhole(record) {
  return Object.keys(record).length === MEMBERS && record.ProtectedTicket.length > 0 && record.ExpiresOn.length > 0;
}

function require(isRight, answer) {
  if (!isRight) throw new Error(`A wrong answer: ${JSON.stringify(answer).slice(0, 500)}`);
}

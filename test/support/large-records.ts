import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { basicOf } from './client.js';
import { runSql } from './run-sql.js';
import type { Service } from './service.js';

/** How many records have a ticket of the largest size. */
export const COUNT = Number(process.env['LARGE_RECORDS'] ?? 1_200);
export const TICKET = 65_536;

/** All tickets differ, and none compresses well. */
const RECORDS = `
  WITH base AS (SELECT string_agg(md5(n::text), '') AS text FROM generate_series(1, 4096) n)
  INSERT INTO refresh_tokens (unique_id, subject, client_id, expires_on, protected_ticket, ticket_hash, ticket_salt, updated_by)
  SELECT gen_random_uuid(), 'large@example.com', 'web', '2099-01-01T00:00:00Z', substr(base.text, 1 + n % 60000, ${TICKET}),
    'hash' || n, 'salt', 'admin@example.com'
  FROM base, generate_series(1, ${COUNT}) n`;

/** Events of searches that returned as many records as a page can have. */
export const LARGE_EVENTS = 200;
const EVENTS = `
  INSERT INTO audit_trail_entries (kind, actor, reason, record_ids)
  SELECT 'record-read', 'seed', 'search', ARRAY(SELECT generate_series(1, 10000)::bigint * 900719925474)
  FROM generate_series(1, ${LARGE_EVENTS})`;

/** Writes large records and large events into the database of a service. The service is stopped meanwhile. */
export async function addLargeRecords(service: Service): Promise<void> {
  await service.freeData();
  await runSql(service.dataDir, `${RECORDS}; ${EVENTS}`);
  await service.resume();
}

/** Sends a request and returns the answer before its body is read. */
export async function open(service: Service, path: string, user = 'admin'): Promise<IncomingMessage> {
  const sent = request(service.url + path, { headers: { authorization: basicOf(user) }, agent: false }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return answer;
}

/** Reads the rest of an answer without keeping it, with a pause after each piece. Returns the number of bytes. */
export async function drain(answer: IncomingMessage, pauseMs = 0): Promise<number> {
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return bytes;
}

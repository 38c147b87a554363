import type { FastifyInstance } from 'fastify';
import { isUtf8 } from 'node:buffer';
import { badRequest, type AppError } from '../kernel/app-error.js';
import { FORM, refuseAssumedJson } from './form.js';
import { decodePairs } from './percent-encoding.js';

const MAX_DEPTH = 32;
const FORBIDDEN_MEMBER = 'The body must not have a member named __proto__.';

/** Reads bodies as the contract wants them: JSON or form, UTF-8; everything else is left to Fastify to refuse with 415. */
export function addBodyParsers(fastify: FastifyInstance): void {
  const defaultJson = fastify.getDefaultJsonParser('error', 'ignore');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    // An empty body is no body: many clients send a content type with every DELETE.
    if (body.length === 0) {
      done(null);
      return;
    }
    const refusal = jsonRefusal(body as Buffer);
    if (refusal) {
      done(badRequest(refusal));
      return;
    }
    const text = body.toString();
    void defaultJson(request, text, (error, parsed) => {
      done(error && unreadableJson(text), parsed);
    });
  });
  fastify.addContentTypeParser(FORM, { parseAs: 'buffer' }, (request, body, done) => {
    try {
      refuseAssumedJson(request, body as Buffer);
      done(null, parseForm(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Fastify's parser reports broken JSON and a forbidden member alike. If `JSON.parse` accepts the text, the member is forbidden. */
function unreadableJson(text: string): AppError {
  try {
    JSON.parse(text);
    return badRequest(FORBIDDEN_MEMBER);
  } catch {
    return badRequest('The body is not valid JSON.');
  }
}

/** Whatever walks a body later may recurse: no structure that would exhaust the stack gets that far. */
function jsonRefusal(body: Buffer): string | undefined {
  if (!isUtf8(body)) return 'The body is not UTF-8.';
  let depth = 0;
  let inString = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (byte === 0x22 /* " */) inString = !inString;
    else if (inString) i += byte === 0x5c /* \ */ ? 1 : 0;
    else if (byte === 0x5b /* [ */ || byte === 0x7b /* { */) depth++;
    else if (byte === 0x5d /* ] */ || byte === 0x7d /* } */) depth--;
    if (depth > MAX_DEPTH) return `The body is nested deeper than ${MAX_DEPTH} levels.`;
  }
  return undefined;
}

/** A form as an object; a name that is repeated has the array of its values. */
function parseForm(body: Buffer): unknown {
  if (!isUtf8(body)) throw badRequest('The body is not UTF-8.');
  const form = new Map<string, string | string[]>();
  for (const [name, value] of decodePairs(body.toString(), 'The body')) {
    const earlier = form.get(name);
    if (Array.isArray(earlier)) earlier.push(value);
    else form.set(name, earlier === undefined ? value : [earlier, value]);
  }
  if (form.has('__proto__')) throw badRequest(FORBIDDEN_MEMBER);
  return Object.fromEntries(form);
}

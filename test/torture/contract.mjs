import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';

const FILE = new URL('../../docs/openapi.json', import.meta.url);
const NAME = 'openapi.json';
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

/** The documented contract of the service: docs/openapi.json. Bodies may have only the members that the document lists. */
export class Contract {
  #document = closed(JSON.parse(readFileSync(FILE, 'utf8')));
  #ajv = new Ajv({ strict: false, allErrors: true });
  #checks = new Map();

  constructor() {
    addFormats(this.#ajv);
    this.#ajv.addSchema(this.#document, NAME);
  }

  /**
   * Every operation: path, method, the required role (or the roles that each suffice), whether it is public or for every user, and its part of
   * the document.
   */
  operations() {
    return Object.entries(this.#document.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method]).map((method) => ({
        path,
        method: method.toUpperCase(),
        role: item[method]['x-required-role'],
        isForUsers: item[method]['x-signed-in'] === true,
        isPublic: item[method].security?.length === 0,
        operation: item[method],
      })),
    );
  }

  /** A schema with all its references resolved. */
  resolve(schema) {
    if (Array.isArray(schema)) return schema.map((part) => this.resolve(part));
    if (schema === null || typeof schema !== 'object') return schema;
    if (schema.$ref) return this.resolve(at(this.#document, schema.$ref));
    return Object.fromEntries(Object.entries(schema).map(([key, part]) => [key, this.resolve(part)]));
  }

  /** How an answer disagrees with the document's description of its operation, or undefined. */
  disagreement({ path, method, operation }, { status, headers, text, body }) {
    const key = [`${status}`, `${`${status}`[0]}XX`].find((name) => operation.responses[name]);
    if (!key) return `status ${status} is not documented`;
    const response = operation.responses[key];
    for (const [name, { required }] of Object.entries(response.headers ?? {})) {
      if (required !== false && headers[name.toLowerCase()] === undefined)
        return `${status} without the header ${name}`;
    }
    if (!response.content) return text === '' ? undefined : `${status} has a body, and none is documented`;
    const type = Object.keys(response.content)[0];
    const expected = type === 'application/json' ? `${type}; charset=utf-8` : type;
    if (headers['content-type'] !== expected) return `${status} of type ${headers['content-type']}, not ${expected}`;
    const pointer = ['paths', path, method.toLowerCase(), 'responses', key, 'content', type, 'schema'];
    const check = this.#check(`${NAME}#/${pointer.map(escape).join('/')}`);
    return check(body === undefined ? text : body)
      ? undefined
      : `${status} has another body: ${this.#ajv.errorsText(check.errors)}`;
  }

  #check(ref) {
    const check = this.#checks.get(ref) ?? this.#ajv.compile({ $ref: ref });
    this.#checks.set(ref, check);
    return check;
  }
}

/** Objects with listed members may have no other members. */
function closed(part) {
  if (Array.isArray(part)) return part.map(closed);
  if (part === null || typeof part !== 'object') return part;
  const copy = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, closed(value)]));
  return part.type === 'object' && part.properties ? { additionalProperties: false, ...copy } : copy;
}

function at(document, ref) {
  return ref
    .slice('#/'.length)
    .split('/')
    .reduce((part, key) => part[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

function escape(key) {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

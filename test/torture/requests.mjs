import fc from 'fast-check';
import { URLSearchParams } from 'node:url';
import { USERS } from '../support/fixtures.mjs';

const [USER] = USERS;

/** Part of every secret in a generated request. No answer and no log line may contain it. */
export const CANARY = 'canary-of-a-secret';
/** A placeholder for a token of a new session. */
export const LIVE = { refresh: 'LIVE_REFRESH_TOKEN', access: 'LIVE_ACCESS_TOKEN' };
/** Good values for parameters that need an existing value, such as a user name. */
const GOOD = {
  username: [USER.email],
  password: [USER.password],
  refresh_token: [LIVE.refresh],
  token: [LIVE.refresh, LIVE.access],
};
/** A flag that names a password holds none. */
const SECRETS = /(?<!MustReset)password|totp|token$|^Ticket|Ticket(Hash|Salt)|ProtectedTicket/i;

const HOSTILE_TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '1.5',
  '1e3',
  '9007199254740993',
  'NaN',
  'null',
  'undefined',
  '[1,2',
  '[1,2,3]',
  '*',
  '**',
  '%',
  '%zz',
  '%00',
  '\0',
  '\u202e',
  '\ud83d\ude00',
  "' OR 1=1 --",
  '"; DROP TABLE users; --',
  '$1',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  '${jndi:ldap://127.0.0.1/a}',
  '2030-02-30T12:00:00Z',
  '2030-01-31',
  '0000-00-00T00:00:00Z',
  '99999-01-01T00:00:00Z',
  '+275760-09-13T00:00:00Z',
  'infinity',
  'a'.repeat(600),
  'é'.repeat(400),
];

const hostileText = fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: 'binary', maxLength: 40 }));
const hostileValue = fc.oneof(
  hostileText,
  fc.constantFrom(null, true, 0, -1, 1e308, 2 ** 53, [], {}),
  fc.json({ maxDepth: 4 }),
);

/** Requests to an operation, good and bad: a method, a path with its query, headers and a body. */
export function requestsTo({ path, method, operation }, contract, credentials) {
  const parameters = contract.resolve(operation.parameters ?? []);
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = parameters.filter((parameter) => parameter.in === 'query');
  const inHeader = parameters.filter((parameter) => parameter.in === 'header');
  const content = Object.entries(contract.resolve(operation.requestBody?.content ?? {}));
  return fc
    .record({
      path: fc.record(Object.fromEntries(inPath.map(({ name, schema }) => [name, text(name, schema)]))),
      query: queries(inQuery),
      headers: fc.record(Object.fromEntries(inHeader.map((each) => [each.name, header(each)])), { requiredKeys: [] }),
      authorization: fc.constantFrom(...credentials),
      // Otherwise one address would soon be blocked for its guesses.
      address: fc.ipV4(),
      body: content.length > 0 ? fc.oneof(...content.map(([type, { schema }]) => body(type, schema))) : fc.constant({}),
    })
    .map(({ path: values, query, headers, authorization, address, body: { payload, type } }) => {
      const filled = path.replace(/{(\w+)}/g, (_, name) => encode(values[name]) || '0');
      const search = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join('&');
      return {
        method,
        path: filled + (search && `?${search}`),
        headers: {
          ...headers,
          'x-forwarded-for': address,
          ...(authorization && { authorization }),
          ...(type && { 'content-type': type }),
        },
        ...(payload !== undefined && { body: payload }),
      };
    });
}

/** A few of the parameters, some of them twice, and some unknown parameters. */
function queries(parameters) {
  const known = parameters.map(({ name, schema }) => fc.tuple(fc.constant(name), text(name, schema)));
  const unknown = fc.tuple(fc.constantFrom('unknown', 'PAGE', 'access_token', '__proto__'), hostileText);
  return fc.array(fc.oneof(...known, unknown), { maxLength: 5 });
}

function header({ name, schema }) {
  return text(name, schema).map((value) => value.replace(/[^\x20-\x7e]/g, '').trim());
}

function body(type, schema) {
  const whole = fc.oneof(
    { weight: 4, arbitrary: object(schema, type.includes('json')) },
    { weight: 1, arbitrary: hostileValue },
  );
  const good = whole.map((value) => ({ type, payload: type.includes('json') ? JSON.stringify(value) : form(value) }));
  const bad = fc.tuple(
    fc.constantFrom(type, 'text/plain', 'application/xml', 'application/json; charset=utf-7'),
    hostileText,
  );
  return fc.oneof(
    { weight: 9, arbitrary: good },
    { weight: 1, arbitrary: bad.map(([as, payload]) => ({ type: as, payload })) },
  );
}

function object({ properties, required = [] }, isJson) {
  const members = Object.entries(properties).map(([name, schema]) => {
    const bad = SECRETS.test(name) ? hostileValue.map((value) => spoil(value)) : hostileValue;
    return [
      name,
      fc.oneof({ weight: 5, arbitrary: good(name, schema) }, { weight: 1, arbitrary: isJson ? bad : bad.map(String) }),
    ];
  });
  const extra = [
    ['Id', fc.constantFrom(0, 1, -1, '1')],
    ['IsNew', hostileValue],
    ['constructor', hostileValue],
  ].filter(([name]) => !properties[name]);
  const all = Object.fromEntries([...members, ...extra]);
  const always = fc.constant(required);
  const seldom = fc.subarray(required);
  return fc
    .oneof({ weight: 3, arbitrary: always }, { weight: 1, arbitrary: seldom })
    .chain((requiredKeys) => fc.record(all, { requiredKeys }));
}

/** Text for a parameter, good more often than not. */
function text(name, schema) {
  const bad = SECRETS.test(name) ? hostileText.map((value) => value + CANARY) : hostileText;
  return fc.oneof({ weight: 2, arbitrary: good(name, schema).map(String) }, { weight: 1, arbitrary: bad });
}

function good(name, { type, enum: values, format, minimum = 1, maxLength = 40 }) {
  if (values) return fc.constantFrom(...values);
  if (type === 'integer') return fc.integer({ min: minimum, max: 200 });
  if (type === 'boolean') return fc.boolean();
  if (format === 'uuid') return fc.uuid();
  if (format === 'date-time')
    return fc
      .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
  const secret = fc.string({ maxLength: 20 }).map((value) => CANARY + value);
  if (GOOD[name]) return fc.oneof(fc.constantFrom(...GOOD[name]), secret);
  if (SECRETS.test(name)) return secret;
  return fc.string({ minLength: 1, maxLength: Math.min(maxLength, 40) });
}

function spoil(value) {
  return typeof value === 'string' ? value + CANARY : value;
}

function form(value) {
  const pairs = value !== null && typeof value === 'object' ? Object.entries(value) : [['value', value]];
  return new URLSearchParams(pairs.map(([name, each]) => [name, String(each)])).toString();
}

function encode(value) {
  return encodeURIComponent(String(value).toWellFormed());
}

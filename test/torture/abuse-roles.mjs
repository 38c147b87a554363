import { generateKeyPairSync, sign } from 'node:crypto';

const NOBODY = 999_999_999;
/** The batch read is not in the document, since it shares its path with the search. */
const BATCH = { path: '/api/sys/refreshtokens?id=[1]', method: 'GET', role: 'RefreshToken-Read', isPublic: false };
const OTHER_METHODS = ['PATCH', 'PUT', 'DELETE', 'POST', 'OPTIONS', 'TRACE', 'PROPFIND', 'HEAD'];

/** Sends every request with every role and every kind of credential. Only users with the role may get in. */
export async function tryEveryRole({ world, contract, users }) {
  const history = world.history('everybody');
  const operations = [...contract.operations(), BATCH];
  const try_ = async (operation, who, headers, expected) => {
    const answer = await world.ask(history, { ...requestOf(operation), headers, label: `as ${who}` });
    if (!expected(answer.status)) {
      const what = `${operation.method} ${operation.path} answered ${who} with ${answer.status}`;
      world.report.violate('a route is for its role', what, history);
    }
    const disagreement = operation.operation && contract.disagreement(operation, answer);
    if (disagreement) world.report.violate('answers agree with the document', `${who}: ${disagreement}`, history);
  };
  const bad = Object.entries(badCredentials(users[0]));
  for (const operation of operations) {
    for (const user of users) {
      const mayEnter =
        operation.isPublic ||
        operation.isForUsers ||
        user.isAdministrator ||
        [operation.role].flat().some((role) => user.roles.includes(role));
      const expected = (status) => (mayEnter ? status !== 401 && status !== 403 : status === 403);
      for (const kind of ['basic', 'bearer'])
        await try_(operation, user.email, { authorization: user[kind] }, expected);
    }
    const isRefused = (status) => (operation.isPublic ? status !== 401 : status === 401);
    for (const [kind, headers] of bad) await try_(operation, kind, headers, isRefused);
  }
  await tryOtherMethods({ world, contract, history });
}

/** Credentials that look like a user's and belong to nobody. */
function badCredentials(admin) {
  const token = admin.bearer.slice('Bearer '.length);
  const [head, claims, signature] = token.split('.');
  const bearer = (text) => ({ authorization: `Bearer ${text}` });
  return {
    nobody: {},
    'an empty bearer': bearer(''),
    'a bearer of garbage': bearer('x.y.z'),
    'a refresh token as bearer': bearer(admin.tokens.refresh_token),
    'a token without signature': bearer(`${encode({ alg: 'none', typ: 'at+jwt' })}.${claims}.`),
    'a token of another key': bearer(forged(head, claims)),
    'a token of other claims': bearer(`${head}.${changed(claims)}.${signature}`),
    'a password as the key': bearer(`${encode({ alg: 'HS256', typ: 'at+jwt' })}.${claims}.${signature}`),
    'two tokens': bearer(`${token}, Bearer ${token}`),
    'a token in a cookie': { cookie: `access_token=${token}; authorization=Bearer ${token}` },
    'another scheme': { authorization: `Digest ${token}` },
    'a broken pair': { authorization: 'Basic ====' },
    'headers of a proxy': {
      'x-remote-user': admin.email,
      'x-forwarded-user': admin.email,
      'x-original-url': '/health/live',
    },
  };
}

/** Methods that the document does not have are refused, and the answer names the methods that the path allows. */
async function tryOtherMethods({ world, contract, history }) {
  const operations = contract.operations();
  for (const path of new Set(operations.map((operation) => operation.path))) {
    const offered = operations.filter((operation) => operation.path === path).map(({ method }) => method);
    for (const method of OTHER_METHODS.filter((each) => !offered.includes(each))) {
      const url = path.replace(/{\w+}/, NOBODY);
      const answer = await world.ask(history, { method, path: url });
      // HEAD is GET without a body and needs the same role.
      const isFine = answer.status === 405 || (method === 'HEAD' && answer.text === '');
      const isOpen =
        method === 'HEAD' && answer.status === 200 && !operations.find((each) => each.path === path).isPublic;
      if (!isFine || isOpen) {
        world.report.violate('a method that is not offered is refused', `${method} ${url}: ${answer.status}`, history);
      }
    }
  }
}

/** A request that changes nothing even if the service accepts it. */
function requestOf({ path, method }) {
  const url = path.replace(/{\w+}/, NOBODY);
  // Otherwise it would end the sessions of the user who sends it.
  if (url === '/api/account/sessions' && method === 'DELETE') return { method, path: `${url}?all=nobody` };
  if (method === 'GET' || method === 'DELETE') return { method, path: url };
  return url.startsWith('/api/token') ? { method, path: url, form: { token: 'x' } } : { method, path: url, json: {} };
}

function forged(head, claims) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signature = sign('sha256', Buffer.from(`${head}.${claims}`), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${head}.${claims}.${signature.toString('base64url')}`;
}

function changed(claims) {
  return encode({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), jti: 'other' });
}

function encode(part) {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

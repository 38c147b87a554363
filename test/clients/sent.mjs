/** What a client sends to the token endpoints, in the words of the table in docs/clients.md. */

const ACTS = {
  '/api/token/revoke': 'revoke',
  '/api/token/introspect': 'introspect',
};

/** A record of the request, or undefined when the request goes to another path. */
export function describeRequest({ url, headers }, body) {
  const path = url.replace(/\?.*/, '').replace(/\/+/g, '/');
  const form = new URLSearchParams(body.toString());
  const act = path === '/api/token' ? actOf(form) : ACTS[path];
  return act ? [{ act, how: howOf(headers, form) }] : [];
}

/** The client of an answer of the token endpoint, by its access token. Undefined for other answers. */
export function clientOf(answer) {
  const [, token] = /"access_token":"([^"]+)"/.exec(answer.toString()) ?? [];
  return token && JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).client_id;
}

/** One line for all records: how the client named itself, and in which acts. */
export function summaryOf(records) {
  const acts = new Map();
  for (const { act, how } of records) acts.set(how, (acts.get(how) ?? new Set()).add(act));
  return [...acts].map(([how, those]) => `${how}: ${[...those].join(', ')}`).join('; ');
}

function actOf(form) {
  return form.get('grant_type') === 'refresh_token' ? 'refresh' : 'sign in';
}

function howOf({ authorization, client_id: header, 'content-type': type, dpop }, form) {
  const names = [
    ...(authorization ? [credentials(authorization)] : []),
    ...(header ? ['header `client_id`'] : []),
    ...(form.has('client_id') ? ['parameter `client_id`'] : []),
    ...(form.has('client_secret') ? ['parameter `client_secret`'] : []),
    ...(form.has('client_assertion') ? ['`client_assertion`'] : []),
  ];
  const rest = [
    ...(form.has('scope') ? ['a `scope`'] : []),
    ...(dpop ? ['a proof'] : []),
    ...(type?.startsWith('application/x-www-form-urlencoded') ? [] : [type ? `as \`${type}\`` : 'no content type']),
  ];
  return [names.length > 0 ? names.join(' and ') : 'no name', ...rest].join(', ');
}

function credentials(authorization) {
  const [scheme, value = ''] = authorization.split(' ');
  if (scheme.toLowerCase() !== 'basic') return scheme;
  return /%[\dA-F]{2}/i.test(Buffer.from(value, 'base64').toString()) ? 'Basic, form-encoded' : 'Basic';
}

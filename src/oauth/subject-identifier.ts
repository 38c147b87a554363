import { badRequest } from '../kernel/app-error.js';
import { failedMember } from '../kernel/validation-error.js';

/** A subject identifier (RFC 9493, section 3), in one of the formats that can name a user of this service. */
export type SubjectIdentifier =
  | { readonly format: 'email'; readonly email: string }
  | { readonly format: 'iss_sub'; readonly iss: string; readonly sub: string }
  | { readonly format: 'opaque'; readonly id: string };

/** The members of each format beside `format`. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  email: ['email'],
  iss_sub: ['iss', 'sub'],
  opaque: ['id'],
};
const FORMATS = Object.keys(MEMBERS);

/** How the OpenAPI document describes it. */
export const SUBJECT_IDENTIFIER = {
  type: 'object',
  required: ['format'],
  properties: {
    format: { type: 'string', enum: FORMATS },
    email: { type: 'string', format: 'email', description: 'With `email`.' },
    iss: { type: 'string', format: 'uri', description: 'With `iss_sub`: the `PUBLIC_URL` of the service.' },
    sub: { type: 'string', description: 'With `iss_sub`: the `sub` of access tokens.' },
    id: { type: 'string', description: 'With `opaque`: the `sub` of access tokens.' },
  },
};

/** The subject identifier `sub_id` of a body. @throws AppError 400 when the body has none, or one of another format */
export function identifierOf(body: unknown): SubjectIdentifier {
  if (!isObject(body)) throw badRequest('The body must be a JSON object.');
  const { sub_id: subject } = body;
  if (!isObject(subject)) throw failedMember('sub_id', subject, 'must be a subject identifier: an object');
  const { format } = subject;
  const members = typeof format === 'string' && Object.hasOwn(MEMBERS, format) ? MEMBERS[format] : undefined;
  if (!members) throw failedMember('sub_id.format', format, `must be one of ${FORMATS.join(', ')}`);
  for (const name of members) {
    const value = subject[name];
    if (typeof value !== 'string' || value === '')
      throw failedMember(`sub_id.${name}`, value, 'must be a string, not empty');
  }
  return subject as unknown as SubjectIdentifier;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

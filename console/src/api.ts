import { HttpError } from 'react-admin';
import { send } from './session.js';
import { TEXTS } from './texts.js';

/** What a failure of the API may say (contract 1.4 and 1.5). */
interface Failure {
  readonly Message?: string;
  readonly Errors?: readonly { readonly PropertyName: string; readonly Message: string }[] | null;
}

/** An answer of the API: its body, and its entity tag if it has one. */
export interface Answer<T> {
  readonly body: T;
  readonly tag: string | null;
}

/** @throws HttpError with the sentence of the API. `body.errors` has the sentence of each member that was refused, for forms */
export async function call<T>(path: string, method = 'GET', sent?: unknown, tag?: string | null): Promise<Answer<T>> {
  const response = await send(path, {
    method,
    ...(sent !== undefined && { body: JSON.stringify(sent) }),
    headers: { ...(sent !== undefined && { 'content-type': 'application/json' }), ...(tag && { 'if-match': tag }) },
  }).catch(() => {
    throw new HttpError(TEXTS.failures.network, 0);
  });
  if (!response.ok) throw await failureOf(response);
  return { body: (await response.json().catch(() => undefined)) as T, tag: response.headers.get('etag') };
}

/** The failure that a response says, with the sentence of each member that was refused. */
export async function failureOf(response: Response): Promise<HttpError> {
  const body: unknown = await response.json().catch(() => undefined);
  const { Message: message, Errors: errors } = (body ?? {}) as Failure;
  const id = response.headers.get('x-request-id');
  const reason = message ?? [TEXTS.failures.unknown, id && TEXTS.failures.requestId(id)].filter(Boolean).join(' ');
  const fields = (errors ?? []).map(({ PropertyName, Message }) => [PropertyName, Message] as const);
  return new HttpError(reason, response.status, fields.length > 0 ? { errors: Object.fromEntries(fields) } : undefined);
}

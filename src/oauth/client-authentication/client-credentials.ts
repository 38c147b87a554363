import parseBasic from 'basic-auth';
import { decodeJwt } from 'jose';
import type { IncomingMessage } from 'node:http';
import { formDecoded } from '../../http/percent-encoding.js';
import { headerText, isLongerThan, steersOutput, textFault } from '../../kernel/text.js';
import { oauthError } from '../oauth-error.js';

/** The parameters by which a client names and authenticates itself. */
type ClientParameters = ReadonlyMap<string, string>;

/** How a client authenticates: by a secret that it sends, or by a JWT that it signed. */
export type ClientProof =
  | { readonly method: 'client_secret_basic' | 'client_secret_post'; readonly secret: string }
  | { readonly method: 'private_key_jwt'; readonly type: string; readonly assertion: string };

/** Who a request says that its client is, and how it proves this. */
export interface ClientCredentials {
  /** The client that the request names. */
  readonly clientId: string | undefined;
  /** All readings of the name: a client may or may not have form-encoded the user part of HTTP Basic. */
  readonly spellings: readonly string[];
  /** One for each method of authentication that the request uses. */
  readonly proofs: readonly ClientProof[];
  /** Whether the request has an HTTP Basic header. */
  readonly isBasic: boolean;
}

/** The same limit as the record's ClientId (contract 1.1). */
const LENGTH = 512;
/** A decoder writes this character for bytes that are not valid UTF-8. */
const REPLACEMENT = '\ufffd';

/** A client's name, the part of the request that contains it, and all spellings that mean the same client. */
interface Named {
  readonly by: string;
  readonly name: string;
  readonly spellings: readonly string[];
}

/**
 * Reads who the client of a request is. The `client_id` header, the parameter of this name, the user part of HTTP Basic (contract 3;
 * RFC 6749, section 2.3.1) and the subject of an assertion (RFC 7521, section 4.2) name it. An empty name counts as absent, and so does an
 * empty secret. Nothing is checked yet.
 * @throws AppError invalid_request for two different names, for an invalid name, for an unreadable Basic header, and for half an assertion
 */
export function credentialsOf(request: IncomingMessage, parameters: ClientParameters): ClientCredentials {
  const basic = basicOf(request);
  const assertion = assertionOf(parameters);
  const names = [
    byHeader(request),
    byParameter(parameters.get('client_id')),
    // Many clients do not encode the name. So a name that cannot be decoded is used unchanged, and either spelling may match another name.
    basic && named('HTTP Basic', formDecoded(basic.name) ?? basic.name, basic.name),
    assertion && bySubject(assertion.assertion),
  ];
  const [first, ...others] = names.filter((one) => !!one);
  for (const other of others) {
    if (first && !other.spellings.includes(first.name)) {
      throw oauthError(
        'invalid_request',
        `The request names two different clients: one by ${first.by}, another by ${other.by}.`,
      );
    }
  }
  return {
    clientId: first && checked(first.name),
    spellings: others.length > 0 ? [] : (first?.spellings ?? []),
    proofs: [...secretsOf(parameters, basic?.pass ?? ''), ...(assertion ? [assertion] : [])],
    isBasic: basic !== undefined,
  };
}

/** Other schemes name no client. Many clients add their access token to every request. */
function basicOf(request: IncomingMessage): parseBasic.BasicAuthResult | undefined {
  if (!/^basic(\s|$)/i.test(request.headers.authorization ?? '')) return undefined;
  const credentials = parseBasic(request);
  if (credentials) return credentials;
  throw oauthError(
    'invalid_request',
    'The Authorization header is not valid HTTP Basic: expected base64 of client_id:secret.',
  );
}

function assertionOf(parameters: ClientParameters): (ClientProof & { method: 'private_key_jwt' }) | undefined {
  const [type, assertion] = [parameters.get('client_assertion_type'), parameters.get('client_assertion')];
  if (type === undefined && assertion === undefined) return undefined;
  if (type === undefined || assertion === undefined)
    throw oauthError('invalid_request', 'client_assertion and client_assertion_type must both be given.');
  return { method: 'private_key_jwt', type, assertion };
}

function secretsOf(parameters: ClientParameters, basic: string): ClientProof[] {
  const post = parameters.get('client_secret') ?? '';
  return [
    ...(basic === '' ? [] : [{ method: 'client_secret_basic', secret: formDecoded(basic) ?? basic } as const]),
    ...(post === '' ? [] : [{ method: 'client_secret_post', secret: post } as const]),
  ];
}

/** Node joins the values of a header that is sent twice, so its values are counted apart. */
function byHeader({ headersDistinct: { client_id: headers = [] } }: IncomingMessage): Named | undefined {
  if (headers.length > 1) throw oauthError('invalid_request', 'The header client_id is given more than once.');
  return named('the client_id header', headerText(headers[0] ?? ''));
}

function byParameter(parameter: string | undefined): Named | undefined {
  return parameter === undefined ? undefined : named('the client_id parameter', parameter);
}

/** The subject of an assertion whose signature is not verified yet. A text that is no JWT names no client. */
function bySubject(assertion: string): Named | undefined {
  try {
    const { sub = '' } = decodeJwt(assertion);
    return typeof sub === 'string' ? named('the assertion', sub) : undefined;
  } catch {
    return undefined;
  }
}

function named(by: string, name: string, ...otherSpellings: string[]): Named | undefined {
  return name === '' ? undefined : { by, name, spellings: [name, ...otherSpellings] };
}

function checked(clientId: string): string {
  if (clientId.trim() === '' || textFault(clientId) || isLongerThan(clientId, LENGTH)) {
    throw oauthError('invalid_request', `client_id must be text of at most ${LENGTH} characters.`);
  }
  if (clientId.includes(REPLACEMENT)) throw oauthError('invalid_request', 'client_id must be UTF-8.');
  // Operators read the name, and no two names may look the same (contract 3).
  if (steersOutput(clientId)) {
    throw oauthError('invalid_request', 'client_id must not contain control, format or line-separator characters.');
  }
  return clientId;
}

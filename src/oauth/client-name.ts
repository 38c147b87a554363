import parseBasic from 'basic-auth';
import type { IncomingMessage } from 'node:http';
import { formDecoded } from '../http/percent-encoding.js';
import { headerText, isLongerThan, steersOutput, textFault } from '../kernel/text.js';
import { oauthError } from './oauth-error.js';

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
 * Returns the client that a request names: by the `client_id` header, by the parameter of this name, or by the user part of HTTP Basic,
 * form-decoded (contract 3; RFC 6749, section 2.3.1). An empty name counts as absent. The password part of Basic is not checked, because
 * all clients are public and have no secret.
 * @throws AppError invalid_request for two different names, for an invalid name, and for an unreadable Basic header
 */
export function clientNameOf(request: IncomingMessage, parameter: string | undefined): string | undefined {
  const [first, ...others] = [byHeader(request), byParameter(parameter), byBasic(request)].filter((one) => !!one);
  for (const other of others) {
    if (first && !other.spellings.includes(first.name)) {
      throw oauthError(
        'invalid_request',
        `The request names two different clients: one by ${first.by}, another by ${other.by}.`,
      );
    }
  }
  return first && checked(first.name);
}

/** If a header is sent twice, Node joins the values with a comma. */
function byHeader({ headers: { client_id: header } }: IncomingMessage): Named | undefined {
  return typeof header === 'string' ? named('the client_id header', headerText(header)) : undefined;
}

function byParameter(parameter: string | undefined): Named | undefined {
  return parameter === undefined ? undefined : named('the client_id parameter', parameter);
}

/** Other schemes name no client. Many clients add their access token to every request. */
function byBasic(request: IncomingMessage): Named | undefined {
  if (!/^basic(\s|$)/i.test(request.headers.authorization ?? '')) return undefined;
  const credentials = parseBasic(request);
  if (!credentials) {
    throw oauthError(
      'invalid_request',
      'The Authorization header is not valid HTTP Basic: expected base64 of client_id:secret.',
    );
  }
  // Many clients do not encode the name. So a name that cannot be decoded is used unchanged, and either spelling may match another name.
  return named('HTTP Basic', formDecoded(credentials.name) ?? credentials.name, credentials.name);
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

/** How clients authenticate, by their names in metadata (RFC 8414, section 2; RFC 7591, section 2). */
export const SECRET_AND_KEY_METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

/** The algorithms with which clients may sign assertions. */
export const ASSERTION_ALGORITHMS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
] as const;

/** The endpoints at which clients authenticate. */
export type EndpointPath = '/api/token' | '/api/token/revoke' | '/api/token/introspect';

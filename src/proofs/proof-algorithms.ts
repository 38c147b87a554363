/** The signature algorithms of proofs, the same at every endpoint. All are asymmetric (RFC 9449, section 4.3). */
export const PROOF_ALGORITHMS: readonly string[] = ['ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA', 'PS256', 'RS256'];

import type { FastifyRequest } from 'fastify';

/** The DPoP proof of a request (RFC 9449, section 4), as it was sent, and the request that it must describe. */
export interface SentProof {
  /** The text of the header `DPoP`. If the header is sent twice, Node joins the texts with a comma. */
  readonly text: string;
  readonly method: string;
  /** The path and query of the request, without the path of the public URL. */
  readonly target: string;
  /** Gives the client the nonce for its next proof. A response that is a failure does not carry it. */
  readonly offerNonce: (nonce: string) => void;
}

/** The proof of a request; undefined when the request has none. */
export function sentProof(
  { headers: { dpop }, method, url: target }: FastifyRequest,
  offerNonce: (nonce: string) => void,
): SentProof | undefined {
  return dpop === undefined ? undefined : { text: [dpop].flat().join(), method, target, offerNonce };
}

import { sign, type KeyObject } from 'node:crypto';

/** The length in bytes of r and of s, the two numbers of an ES256 signature. */
const NUMBER_LENGTH = 32;
/** The order of P-256 (FIPS 186-5). If (r, s) is a signature of a text, (r, order - s) is a signature too. */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const HALF = Buffer.from((ORDER / 2n).toString(16), 'hex');

/** The ES256 signature of a text, in base64url. Of the two possible signatures it is the one with the lower s. */
export function signExactly(text: string, privateKey: KeyObject): string {
  const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  if (!isLow(signature)) {
    const s = BigInt(`0x${signature.subarray(NUMBER_LENGTH).toString('hex')}`);
    signature.write((ORDER - s).toString(16).padStart(2 * NUMBER_LENGTH, '0'), NUMBER_LENGTH, 'hex');
  }
  return signature.toString('base64url');
}

/** Whether `signExactly` could have made the signature of a JWS: its s is the lower of the two. */
export function hasExactSignature(jws: string): boolean {
  return isLow(Buffer.from(jws.slice(jws.lastIndexOf('.') + 1), 'base64url'));
}

/** Whether this is the canonical text of a JWS in compact form (RFC 7515, section 2). Decoders accept several texts for the same bytes. */
export function isExactText(jws: string): boolean {
  return jws.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}

function isLow(signature: Buffer): boolean {
  return signature.subarray(NUMBER_LENGTH).compare(HALF) <= 0;
}

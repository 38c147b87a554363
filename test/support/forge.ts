import { compactDecrypt, importJWK, SignJWT, type JWK, type JWTPayload } from 'jose';
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deriveKeys } from '../../src/kernel/key-ring.js';
import { runSql } from './run-sql.js';

/** The key that a service signs access tokens with, read from its data while the service is stopped. */
export interface StolenKey {
  readonly kid: string;
  readonly jwk: JWK;
  readonly publicKey: KeyObject;
}

/** Decrypts the signing key of a stopped service, as anybody with its secret could. Runs `sql` on its data first. */
export async function stealKey(dataDir: string, sql: string): Promise<StolenKey> {
  const [row] = await runSql(
    dataDir,
    `${sql}; SELECT kid, sealed_key FROM signing_keys ORDER BY created_on DESC LIMIT 1`,
  );
  const secret = readFileSync(join(dataDir, 'secret'), 'utf8').trim();
  const [seal] = deriveKeys('signing-key-seal', secret, []);
  const { plaintext } = await compactDecrypt(row?.['sealed_key'] ?? '', seal.key);
  const jwk = JSON.parse(Buffer.from(plaintext).toString()) as JWK;
  const privateKey = createPrivateKey({ key: jwk as never, format: 'jwk' });
  return { kid: row?.['kid'] ?? '', jwk, publicKey: createPublicKey(privateKey) };
}

/** A JWT with exactly this header and these claims, signed with this key. Of the two valid signatures it has the one that the service uses. */
export async function signJwt(
  header: { alg: string; [name: string]: unknown },
  claims: JWTPayload,
  jwk: JWK,
): Promise<string> {
  const key = await importJWK(jwk, header.alg);
  for (;;) {
    const jwt = await new SignJWT(claims).setProtectedHeader(header).sign(key);
    if (header.alg !== 'ES256' || sOf(jwt).isLow) return jwt;
  }
}

/** The order of P-256 (FIPS 186-5). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The s of the ES256 signature (r, s) of a JWT, and whether it is the lower of the two values that verify. */
export function sOf(jwt: string): { readonly s: bigint; readonly isLow: boolean } {
  const s = BigInt(`0x${signatureOf(jwt).subarray(32).toString('hex')}`);
  return { s, isLow: s <= ORDER / 2n };
}

/** The JWT with the other signature that the curve allows for the same text: (r, n - s) verifies wherever (r, s) does. */
export function withOtherSignature(jwt: string): string {
  const other = Buffer.from((ORDER - sOf(jwt).s).toString(16).padStart(64, '0'), 'hex');
  const signature = Buffer.concat([signatureOf(jwt).subarray(0, 32), other]);
  return `${jwt.slice(0, jwt.lastIndexOf('.') + 1)}${signature.toString('base64url')}`;
}

function signatureOf(jwt: string): Buffer {
  return Buffer.from(jwt.split('.')[2] ?? '', 'base64url');
}

/** A part of a JWT. */
export function encodePart(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

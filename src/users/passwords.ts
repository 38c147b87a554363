import { hash, verify, type Options } from '@node-rs/argon2';

/** OWASP's recommendation for argon2id, the library's default algorithm: 19 MiB, two passes, one lane. */
const OPTIONS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A hash of a random text, so no password matches it. Checking a password against it takes as long as against a real hash. */
let decoy: Promise<string> | undefined;

/**
 * The normal form of a password, in which it is hashed: keyboards send the same letter composed or decomposed (NIST SP 800-63B, 3.1.1.2).
 */
export function normalPassword(password: string): string {
  return password.normalize('NFC');
}

/** The argon2id hash of a password in its normal form, as a PHC string; with a new salt, or the given one. */
export function hashPassword(password: string, salt?: Uint8Array): Promise<string> {
  return hash(normalPassword(password), salt ? { ...OPTIONS, salt } : OPTIONS);
}

/**
 * Whether the hash is that of the password, in its normal form or as it was sent: older hashes are of the sent text. Without a hash it
 * returns false after the same time.
 */
export async function verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword(crypto.randomUUID());
  const phc = passwordHash ?? (await decoy);
  const normal = normalPassword(password);
  const matches = (await verify(phc, normal)) || (normal !== password && (await verify(phc, password)));
  return passwordHash !== undefined && matches;
}

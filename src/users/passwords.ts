import { hash, verify, type Options } from '@node-rs/argon2';

/** OWASP's recommendation for argon2id, the library's default algorithm: 19 MiB, two passes, one lane. */
const OPTIONS: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** A hash that no password has: checking against it takes as long as checking a real one. */
let decoy: Promise<string> | undefined;

/** The form in which passwords are hashed: keyboards send the same letter composed or decomposed (NIST SP 800-63B, 3.1.1.2). */
export function normalPassword(password: string): string {
  return password.normalize('NFC');
}

/** The argon2id hash of a password in its normal form, as a PHC string; with a new salt, or the given one. */
export function hashPassword(password: string, salt?: Uint8Array): Promise<string> {
  return hash(normalPassword(password), salt ? { ...OPTIONS, salt } : OPTIONS);
}

/**
 * Whether the password is the hashed one, in its normal form or, since older hashes are of that, as it was sent. Without a hash: false,
 * after the same time.
 */
export async function verifyPassword(passwordHash: string | undefined, password: string): Promise<boolean> {
  decoy ??= hashPassword(crypto.randomUUID());
  const phc = passwordHash ?? (await decoy);
  const normal = normalPassword(password);
  const matches = (await verify(phc, normal)) || (normal !== password && (await verify(phc, password)));
  return passwordHash !== undefined && matches;
}

import { passwordOf, type Answer } from './client.js';
import type { Service } from './service.js';
import { TOKEN } from './sessions.js';

/** An attempt to sign in, as a trusted proxy forwards it. */
export interface Attempt {
  readonly name: string;
  /** By default the user's own password. */
  readonly password?: string;
  readonly totp?: string;
  /** The value of `X-Forwarded-For`. */
  readonly from: string;
}

/** Signs in as a trusted proxy would forward it. */
export function signInFrom(
  service: Service,
  { name, password = passwordOf(name), totp, from }: Attempt,
): Promise<Answer> {
  const fields = { grant_type: 'password', username: `${name}@example.com`, password, ...(totp && { totp }) };
  return service.client().form('POST', TOKEN, fields, { 'x-forwarded-for': from });
}

/** The number of answers by status. */
export function countByStatus(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

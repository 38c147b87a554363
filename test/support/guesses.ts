import { passwordOf, type Answer } from './client.js';
import type { Service } from './service.js';
import { TOKEN } from './sessions.js';

/** An attempt to sign in, as a trusted proxy passes it on. */
export interface Attempt {
  readonly name: string;
  /** The user's own unless given. */
  readonly password?: string;
  readonly totp?: string;
  /** What `X-Forwarded-For` says. */
  readonly from: string;
}

/** Signs in through the trusted proxy that this test is. */
export function signInFrom(
  service: Service,
  { name, password = passwordOf(name), totp, from }: Attempt,
): Promise<Answer> {
  const fields = { grant_type: 'password', username: `${name}@example.com`, password, ...(totp && { totp }) };
  return service.client().form('POST', TOKEN, fields, { 'x-forwarded-for': from });
}

/** How many answers there are of each status. */
export function countByStatus(answers: readonly Answer[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

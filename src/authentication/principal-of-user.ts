import type { Principal } from '../access/principal.js';
import type { User } from '../users/user.entity.js';

/** What access control needs of a user. */
export function toPrincipal({ email, isAdministrator, roles }: User): Principal {
  return { email, isAdministrator, roles };
}

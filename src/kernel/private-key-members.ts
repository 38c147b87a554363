/** The members of private and symmetric keys (RFC 7518, section 6; `priv` is that of later kinds of keys). */
const PRIVATE: readonly string[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/** Whether a JWK has a member that is secret. */
export function hasPrivateMembers(jwk: object): boolean {
  return PRIVATE.some((member) => member in jwk);
}

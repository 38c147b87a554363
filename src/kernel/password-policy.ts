/**
 * Passwords have 8 to 512 characters, and are none of the commonest (`users/password-rules.ts`). There are no other rules (NIST SP 800-63B,
 * section 3.1.1.2).
 */
export const PASSWORD_LENGTH = { min: 8, max: 512 } as const;

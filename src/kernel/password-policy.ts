/** Passwords have 8 to 512 characters; nothing else is asked of them (NIST SP 800-63B, section 3.1.1.2). */
export const PASSWORD_LENGTH = { min: 8, max: 512 } as const;

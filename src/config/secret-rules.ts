import { PASSWORD_LENGTH } from '../kernel/password-policy.js';

/** The least length of a secret: 32 bytes as base64 have 43 characters or more. */
export const SECRET_LENGTH = 43;
/** Fewer different characters mean a repeated character or pattern. 32 random bytes as text have more, with near certainty. */
export const SECRET_VARIETY = 10;
/** How to make a secret. */
export const NEW_SECRET = `openssl rand -base64 32`;

export const PASSWORD_EXPECTED = `expected ${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters`;

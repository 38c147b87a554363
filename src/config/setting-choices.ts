/** The values of settings that are one of a list. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
export const LOG_FORMATS = ['json', 'human'] as const;
export const ELSEWHERE = ['record', 'end'] as const;
export const SCOPE = ['ignore', 'refuse'] as const;
export const CLIENTS = ['any', 'registered'] as const;
export const SWITCH = ['on', 'off'] as const;
export const NONCE = ['optional', 'required'] as const;

import type { MemberValue } from './member-kinds.js';

/**
 * A record as the statements return it: `id`, and the other members by their contract names.
 * @publicApi
 */
export type Row = { readonly id: number } & Readonly<Record<string, MemberValue>>;

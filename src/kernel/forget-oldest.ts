/** Forgets the oldest entry of a map or set that has more than `most` of them. It is called after each addition. */
export function forgetOldest(entries: Map<string, unknown> | Set<string>, most: number): void {
  if (entries.size > most) entries.delete(entries.keys().next().value ?? '');
}

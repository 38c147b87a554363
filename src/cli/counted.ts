/** The number with its noun: `1 session`, `2 sessions`. */
export function counted(sessions: number): string {
  return `${sessions} ${sessions === 1 ? 'session' : 'sessions'}`;
}

export interface FixtureUser {
  readonly email: string;
  readonly password: string;
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
}
export const TEMPLATE: string;
export const SECRET: string;
export const CACHE: string;
export const IMAGE: string;
export const USERS: readonly [FixtureUser, ...FixtureUser[]];
export const SANE_SESSIONS: string;
export function hostileSessions(database: string): string;
export const MAIN: string;
export const CLI: string;
export const QUICK_START: readonly string[];
export const QUICK_COMMAND: readonly string[];

import { ADMINISTRATOR, secondsOfRoles } from '../config/is-seconds-of-roles.js';
import type { Settings } from '../config/settings.js';
import type { ValuesOf } from '../database/named-parameters.js';

/**
 * The parameters of the SQL below. `longestLife` is the longest life of a session, in seconds, where no policy of a client says otherwise.
 * Each limited role has a life after the last use and a longest life; null where it has none.
 */
export const SESSION_LIVES = {
  longestLife: 'float8',
  limitedRoles: 'text[]',
  roleLives: 'float8?[]',
  roleLongestLives: 'float8?[]',
} as const;

/** The values of these parameters. */
export type SessionLives = ValuesOf<typeof SESSION_LIVES>;

type LifeSettings = Pick<
  Settings,
  'REFRESH_TOKEN_MAX_AGE' | 'REFRESH_TOKEN_TTL_OF_ROLES' | 'REFRESH_TOKEN_MAX_AGE_OF_ROLES'
>;

/** The values that the settings give. */
export function livesOf(settings: LifeSettings): SessionLives {
  const lives = secondsOfRoles(settings.REFRESH_TOKEN_TTL_OF_ROLES);
  const longest = secondsOfRoles(settings.REFRESH_TOKEN_MAX_AGE_OF_ROLES);
  const limitedRoles = [...new Set([...lives.keys(), ...longest.keys()])];
  return {
    longestLife: settings.REFRESH_TOKEN_MAX_AGE,
    limitedRoles,
    roleLives: limitedRoles.map((role) => lives.get(role)),
    roleLongestLives: limitedRoles.map((role) => longest.get(role)),
  };
}

/** What holds for the sessions of clients without a policy of their own. */
export type SessionPolicy = SessionLives & { readonly registeredOnly: boolean };

/** The policy that the settings give. */
export function sessionPolicyOf(settings: LifeSettings & Pick<Settings, 'CLIENTS'>): SessionPolicy {
  return { ...livesOf(settings), registeredOnly: settings.CLIENTS === 'registered' };
}

/** The rights of a user, as far as lives depend on them. */
interface Rights {
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
}

/** A life after the last use, and a longest life, in seconds. */
interface Lives {
  readonly life: number;
  readonly longestLife: number;
}

/** The shortest life and longest life that the roles of a user allow; infinity where no role limits them. */
export function shortestLives({ limitedRoles, ...lives }: SessionLives, { isAdministrator, roles }: Rights): Lives {
  const own = isAdministrator ? [...roles, ADMINISTRATOR] : roles;
  const least = (of: readonly (number | null | undefined)[]): number =>
    Math.min(...of.flatMap((seconds, n) => (own.includes(limitedRoles[n] ?? '') ? (seconds ?? []) : [])));
  return { life: least(lives.roleLives), longestLife: least(lives.roleLongestLives) };
}

/**
 * SQL: the shortest life that the roles of the user of a session allow; null where no role limits it. `user` is the joined row of that user. The
 * function of the database is called only if some role is limited. The subselect hides the array from the planner, as for batches.
 */
function ofRoles(session: string, lives: 'roleLives' | 'roleLongestLives', user?: string): string {
  const of = (row: string): string =>
    `shortest_life(${row}.roles, ${row}.is_administrator, :limitedRoles::text[], :${lives}::float8[])`;
  const life = user ? of(user) : `(SELECT ${of('holder')} FROM users holder WHERE holder.email = ${session}.subject)`;
  return `CASE WHEN (SELECT :limitedRoles::text[]) <> '{}' THEN ${life} END`;
}

/** SQL: the life of a refresh token after its last use, in seconds: of the joined client, or the parameter `life`, and of the roles. */
export function lifeOf(session: string, user?: string): string {
  return `least(coalesce(client.refresh_token_ttl, :life::float8), ${ofRoles(session, 'roleLives', user)})`;
}

/** SQL: the longest life of a session after its sign-in, in seconds, likewise. */
export function longestLifeOf(session: string, user?: string): string {
  return `least(coalesce(client.refresh_token_max_age, :longestLife::float8), ${ofRoles(session, 'roleLongestLives', user)})`;
}

/**
 * SQL: when the token expires because it was not used; null where only the expiry of the row counts. That expiry is as old as the last
 * refresh, so a life that became shorter since counts from the last use.
 */
export function idleExpiryOf(session: string, user?: string): string {
  return `${session}.rotated_on + make_interval(secs => least(client.refresh_token_ttl, ${ofRoles(session, 'roleLives', user)}))`;
}

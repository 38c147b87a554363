import { IsSecondsOfRoles } from './is-seconds-of-roles.js';
import { ELSEWHERE } from './setting-choices.js';
import { commaSeparated, oneOf, wholeNumber } from './setting-types.js';

/**
 * The settings of sessions and their tokens: how long they live, and what happens at their limits.
 * @publicApi
 */
export class SessionSettings {
  /** How long an access token is valid, in seconds. */
  @wholeNumber(1, 604_800, 'seconds')
  readonly ACCESS_TOKEN_TTL: number = 3600;

  /** How long a refresh token is valid after its last use, in seconds. */
  @wholeNumber(60, 31_536_000, 'seconds')
  readonly REFRESH_TOKEN_TTL: number = 1_296_000;

  /**
   * The same for users with certain roles, as `ROLE=SECONDS`, separated by commas, such as `Administrator=3600,User-Edit=86400`. `Administrator`
   * means full administrators. Of all lives that apply to a session, the shortest counts.
   */
  @commaSeparated()
  @IsSecondsOfRoles(60, 31_536_000)
  readonly REFRESH_TOKEN_TTL_OF_ROLES: readonly string[] = [];

  /** How long a session lasts after its sign-in, in seconds, even if it is refreshed. */
  @wholeNumber(60, 315_360_000, 'seconds')
  readonly REFRESH_TOKEN_MAX_AGE: number = 7_776_000;

  /** The same for users with certain roles, as in REFRESH_TOKEN_TTL_OF_ROLES. */
  @commaSeparated()
  @IsSecondsOfRoles(60, 315_360_000)
  readonly REFRESH_TOKEN_MAX_AGE_OF_ROLES: readonly string[] = [];

  /**
   * How many sessions a user may have at all clients together. A sign-in beyond that ends the session that was unused for longest. 0 means
   * any number.
   */
  @wholeNumber(0, 10_000, 'sessions')
  readonly MAX_SESSIONS_PER_USER: number = 0;

  /** For how many seconds after a refresh the previous refresh token gets the same answer again. Others call this a grace period. */
  @wholeNumber(0, 3_600, 'seconds')
  readonly REFRESH_RETRY_WINDOW: number = 30;

  /**
   * For how many seconds after a refresh the previous refresh token gets the same answer again if no client has used this answer: the
   * network may have lost it. 0 turns this off.
   */
  @wholeNumber(0, 31_536_000, 'seconds')
  readonly REFRESH_LOST_ANSWER_WINDOW: number = 86_400;

  /**
   * What happens at a refresh from another network or user agent than at the previous refresh: `record` writes an audit event, and `end`
   * ends the session.
   */
  @oneOf(ELSEWHERE)
  readonly REFRESHED_ELSEWHERE: (typeof ELSEWHERE)[number] = 'record';
}

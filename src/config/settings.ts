import { Expose, plainToInstance } from 'class-transformer';
import { IsEmail, IsIn, IsOptional, IsUrl, Length, Matches, MinLength, validateSync } from 'class-validator';
import { PASSWORD_LENGTH } from '../kernel/password-policy.js';
import { PLAIN_TEXT } from '../kernel/text.js';
import { IsDatabaseUrl, SSL_MODES } from './database-url.js';
import { DiffersFrom } from './differs-from.js';
import { embeddedSecret } from './embedded-secret.js';
import { IsNetwork } from './is-network.js';
import { IsVaried } from './is-varied.js';
import { withSecretFiles } from './secret-files.js';
import { describeFaults } from './setting-faults.js';
import { commaSeparated, wholeNumber } from './setting-types.js';
import { SettingsError } from './settings-error.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const LOG_FORMATS = ['json', 'human'] as const;
const ELSEWHERE = ['record', 'end'] as const;
const SWITCH = ['on', 'off'] as const;
const HOST = /^[\w.:-]+$/;
const HOST_EXPECTED = 'expected a host name or an IP address';
const SECRET_LENGTH = 43;
/** Fewer are a repeated character or pattern; 32 random bytes as text have more, but for one time in billions. */
const SECRET_VARIETY = 10;
const NEW_SECRET = `openssl rand -base64 32`;
const PASSWORD = `${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters`;

/**
 * Every setting of the service, read from the environment once, checked and frozen. The names are those of the environment.
 * Nothing else in the service reads the environment.
 */
export class Settings {
  /** Port to listen on. */
  @wholeNumber(1, 65_535, 'a port')
  readonly PORT: number = 3000;

  /** Address to listen on. */
  @Expose()
  @Matches(HOST, { message: HOST_EXPECTED })
  readonly HOST: string = '127.0.0.1';

  /** Where clients reach the service, without a trailing slash: the issuer of access tokens. */
  @Expose()
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false, allow_query_components: false },
    { message: 'expected an http or https URL without a query' },
  )
  @Matches(/[^/]$/, { message: 'expected a URL without a trailing slash' })
  readonly PUBLIC_URL: string = '';

  /** PostgreSQL 15 or later. Of several hosts, separated by commas, the first that accepts writes. Absent: the embedded database in DATA_DIR. */
  @Expose()
  @IsOptional()
  @IsDatabaseUrl()
  readonly DATABASE_URL?: string;

  /** How connections to PostgreSQL are encrypted where DATABASE_URL has no `sslmode`, as for PostgreSQL's own clients. */
  @Expose()
  @IsOptional()
  @IsIn(SSL_MODES, { message: `expected one of ${SSL_MODES.join(', ')}` })
  readonly PGSSLMODE?: string;

  /** File of the certificates of a private CA, in PEM, where DATABASE_URL has no `sslrootcert`. With it, connections are encrypted. */
  @Expose()
  readonly PGSSLROOTCERT?: string;

  /** Most connections that this process opens to PostgreSQL. */
  @wholeNumber(1, 1_000, 'connections')
  readonly DATABASE_POOL_SIZE: number = 10;

  /** Longest that a statement may take on PostgreSQL, in seconds; then it is cancelled, and its request gets a 503. */
  @wholeNumber(1, 3_600, 'seconds')
  readonly DATABASE_STATEMENT_TIMEOUT: number = 30;

  /** Longest that a statement waits for a lock on PostgreSQL, in seconds; likewise. */
  @wholeNumber(1, 3_600, 'seconds')
  readonly DATABASE_LOCK_TIMEOUT: number = 5;

  /** Folder of the embedded database and its secret, and of the first administrator's password where it is a random one. */
  @Expose()
  readonly DATA_DIR: string = './data';

  /** What every key of the service is derived from. The embedded database keeps one in DATA_DIR when none is given. */
  @Expose()
  @IsVaried(SECRET_VARIETY, {
    message:
      `expected random text, but it has fewer than ${SECRET_VARIETY} different characters; make one with: ${NEW_SECRET}. ` +
      'A secret that was in use can stay in TESSERA_SECRET_PREVIOUS',
  })
  @MinLength(SECRET_LENGTH, {
    message: `expected 32 random bytes or more as text, at least ${SECRET_LENGTH} characters; make one with: ${NEW_SECRET}`,
  })
  readonly TESSERA_SECRET: string = '';

  /** Secrets of before, separated by commas: what was made under them stays valid. */
  @commaSeparated()
  @MinLength(SECRET_LENGTH, {
    each: true,
    message: `expected secrets of at least ${SECRET_LENGTH} characters, separated by commas`,
  })
  readonly TESSERA_SECRET_PREVIOUS: readonly string[] = [];

  /** E-mail of the administrator made at first start. */
  @Expose()
  @IsEmail({ require_tld: false }, { message: 'expected an e-mail address' })
  @Matches(PLAIN_TEXT, { message: 'expected an e-mail address without control and format characters' })
  readonly ADMIN_EMAIL: string = 'admin@example.com';

  /** Password of that administrator. Absent: a random one, kept in a file in DATA_DIR. */
  @Expose()
  @IsOptional()
  @Length(PASSWORD_LENGTH.min, PASSWORD_LENGTH.max, { message: `expected ${PASSWORD}` })
  readonly ADMIN_PASSWORD?: string;

  /** Life of an access token, in seconds. */
  @wholeNumber(1, 604_800, 'seconds')
  readonly ACCESS_TOKEN_TTL: number = 3600;

  /** Life of a refresh token from its last use, in seconds. */
  @wholeNumber(60, 31_536_000, 'seconds')
  readonly REFRESH_TOKEN_TTL: number = 1_296_000;

  /** Life of a session from its login, in seconds, however often it is refreshed. */
  @wholeNumber(60, 315_360_000, 'seconds')
  readonly REFRESH_TOKEN_MAX_AGE: number = 7_776_000;

  /** For how long after a rotation the token before it gets the same new token again, in seconds. */
  @wholeNumber(0, 3_600, 'seconds')
  readonly REFRESH_RETRY_WINDOW: number = 30;

  /**
   * For how long the token before the current one gets the current one again while nobody has used that, in seconds: its answer may have
   * been lost, however late the client comes back. 0 turns this off.
   */
  @wholeNumber(0, 31_536_000, 'seconds')
  readonly REFRESH_LOST_ANSWER_WINDOW: number = 86_400;

  /** What a refresh from another network or user agent than the one before does: leave an event, or end the session. */
  @Expose()
  @IsIn(ELSEWHERE, { message: `expected one of ${ELSEWHERE.join(', ')}` })
  readonly REFRESHED_ELSEWHERE: (typeof ELSEWHERE)[number] = 'record';

  /** For how long a record is kept after it expired and was last written, in seconds. */
  @wholeNumber(0, 3_153_600_000, 'seconds')
  readonly EXPIRED_RECORD_RETENTION: number = 2_592_000;

  /** For how long an event of the audit trail is kept, in seconds. */
  @wholeNumber(86_400, 3_153_600_000, 'seconds')
  readonly AUDIT_RETENTION: number = 31_536_000;

  /** For how long a process that was told to stop still takes requests while it says that it is not ready, in seconds. */
  @wholeNumber(0, 300, 'seconds')
  readonly SHUTDOWN_DELAY: number = 0;

  /** Proxies whose `X-Forwarded-For` is believed: addresses or networks, separated by commas. */
  @commaSeparated()
  @IsNetwork({
    each: true,
    message:
      'expected IP addresses or networks such as 10.0.0.0/8, separated by commas; a network of all addresses, such as 0.0.0.0/0, would let every client choose its address',
  })
  readonly TRUSTED_PROXIES: readonly string[] = [];

  /** Least severe level that is logged. */
  @Expose()
  @IsIn(LOG_LEVELS, { message: `expected one of ${LOG_LEVELS.join(', ')}` })
  readonly LOG_LEVEL: string = 'info';

  /** One JSON object a line, for programs, or a line of text, for people at a terminal. */
  @Expose()
  @IsIn(LOG_FORMATS, { message: `expected one of ${LOG_FORMATS.join(', ')}` })
  readonly LOG_FORMAT: (typeof LOG_FORMATS)[number] = 'json';

  /** Whether Swagger UI is served at `/docs`, and the document of the API at `/api/openapi.json`. */
  @Expose()
  @IsIn(SWITCH, { message: `expected one of ${SWITCH.join(', ')}` })
  readonly API_DOCS: (typeof SWITCH)[number] = 'on';

  /** Port of the metrics, which are not for the public. Absent: there are none. */
  @IsOptional()
  @DiffersFrom('PORT', { message: 'expected another port than PORT' })
  @wholeNumber(1, 65_535, 'a port')
  readonly METRICS_PORT?: number;

  /** Address of the metrics. */
  @Expose()
  @Matches(HOST, { message: HOST_EXPECTED })
  readonly METRICS_HOST: string = '127.0.0.1';

  /**
   * Reads the settings from the environment, and its secrets also from files; an empty value counts as absent.
   * @throws SettingsError naming every file that is bad, or else every bad setting, and what was expected
   */
  static load(environment: NodeJS.ProcessEnv = process.env): Settings {
    const { environment: given, faults } = withSecretFiles(
      Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')),
    );
    // Without what a file should have held, the other settings would be judged wrongly, and a secret made for nothing.
    if (faults.length > 0) throw new SettingsError(faults);
    const settings = plainToInstance(
      Settings,
      {
        ...given,
        PUBLIC_URL: given['PUBLIC_URL'] ?? `http://${urlHost(given['HOST'])}:${given['PORT'] ?? 3000}`,
        TESSERA_SECRET:
          given['TESSERA_SECRET'] ??
          (given['DATABASE_URL'] ? undefined : embeddedSecret(given['DATA_DIR'] ?? './data')),
      },
      { excludeExtraneousValues: true, exposeDefaultValues: true },
    );
    const errors = validateSync(settings, { stopAtFirstError: true });
    if (errors.length > 0) throw new SettingsError(describeFaults(errors, given['PUBLIC_URL'] === undefined));
    return Object.freeze(settings);
  }
}

/** The host of the URL that clients on this machine use. */
function urlHost(host = '127.0.0.1'): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

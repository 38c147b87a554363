import { Expose, plainToInstance } from 'class-transformer';
import { IsEmail, IsIn, IsOptional, IsUrl, Length, Matches, MinLength, validateSync } from 'class-validator';
import { PASSWORD_LENGTH } from '../kernel/password-policy.js';
import { PLAIN_TEXT } from '../kernel/text.js';
import { IsDatabaseUrl, SSL_MODES } from './database-url.js';
import { DiffersFrom } from './differs-from.js';
import { embeddedSecret } from './embedded-secret.js';
import { IsNetwork } from './is-network.js';
import { IsOrigins } from './is-origin.js';
import { IsVaried } from './is-varied.js';
import { withSecretFiles } from './secret-files.js';
import { describeFaults } from './setting-faults.js';
import { commaSeparated, wholeNumber } from './setting-types.js';
import { SettingsError } from './settings-error.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const LOG_FORMATS = ['json', 'human'] as const;
const ELSEWHERE = ['record', 'end'] as const;
const SCOPE = ['ignore', 'refuse'] as const;
const SWITCH = ['on', 'off'] as const;
const HOST = /^[\w.:-]+$/;
const HOST_EXPECTED = 'expected a host name or an IP address';
const SECRET_LENGTH = 43;
/** Fewer different characters mean a repeated character or pattern. 32 random bytes as text have more, with near certainty. */
const SECRET_VARIETY = 10;
const NEW_SECRET = `openssl rand -base64 32`;
const PASSWORD = `${PASSWORD_LENGTH.min} to ${PASSWORD_LENGTH.max} characters`;

/**
 * All settings of the service, read from the environment once, validated and frozen. They have the names of the environment variables. No
 * other part of the service reads the environment.
 * @publicApi
 */
export class Settings {
  /** The port on which the service listens. */
  @wholeNumber(1, 65_535, 'a port')
  readonly PORT: number = 3000;

  /** The address on which the service listens. */
  @Expose()
  @Matches(HOST, { message: HOST_EXPECTED })
  readonly HOST: string = '127.0.0.1';

  /**
   * The URL at which clients reach the service, without a slash at its end. This URL is the issuer of the access tokens, so all replicas
   * must have the same URL.
   * @defaultValue http://HOST:PORT
   */
  @Expose()
  @IsUrl(
    { protocols: ['http', 'https'], require_protocol: true, require_tld: false, allow_query_components: false },
    { message: 'expected an http or https URL without a query' },
  )
  @Matches(/[^/]$/, { message: 'expected a URL without a trailing slash' })
  readonly PUBLIC_URL: string = '';

  /**
   * The PostgreSQL server, version 15 or later: `postgres://user:password@host:port/database`. If the URL names several hosts, separated by
   * commas, the service uses the first host that accepts writes. Without a URL, the service uses the embedded database in DATA_DIR.
   */
  @Expose()
  @IsOptional()
  @IsDatabaseUrl()
  readonly DATABASE_URL?: string;

  /** How connections to PostgreSQL are encrypted if `DATABASE_URL` has no `sslmode`. The values are those of PostgreSQL's own clients. */
  @Expose()
  @IsOptional()
  @IsIn(SSL_MODES, { message: `expected one of ${SSL_MODES.join(', ')}` })
  readonly PGSSLMODE?: string;

  /** The file with the certificates of a private CA, in PEM, if `DATABASE_URL` has no `sslrootcert`. Connections are then encrypted. */
  @Expose()
  readonly PGSSLROOTCERT?: string;

  /** The largest number of connections that one process opens to PostgreSQL. The process opens one more connection for notifications. */
  @wholeNumber(1, 1_000, 'connections')
  readonly DATABASE_POOL_SIZE: number = 10;

  /** How long a statement may take on PostgreSQL, in seconds. After that, PostgreSQL cancels the statement, and the client gets a 503. */
  @wholeNumber(1, 3_600, 'seconds')
  readonly DATABASE_STATEMENT_TIMEOUT: number = 30;

  /** How long a statement may wait for a lock on PostgreSQL, in seconds. After that, the client gets a 503. */
  @wholeNumber(1, 3_600, 'seconds')
  readonly DATABASE_LOCK_TIMEOUT: number = 5;

  /** The folder of the embedded database, of its secret, and of the first administrator's password if this password is random. */
  @Expose()
  readonly DATA_DIR: string = './data';

  /**
   * The secret from which the service derives all its keys: 32 random bytes or more as text, such as `openssl rand -base64 32` makes.
   * With `DATABASE_URL`, a secret is required. With the embedded database, the service makes a secret if none is given.
   * @defaultValue made in DATA_DIR
   */
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

  /** Earlier secrets, separated by commas. Tokens, keys and passwords that were made under them stay valid. */
  @commaSeparated()
  @MinLength(SECRET_LENGTH, {
    each: true,
    message: `expected secrets of at least ${SECRET_LENGTH} characters, separated by commas`,
  })
  readonly TESSERA_SECRET_PREVIOUS: readonly string[] = [];

  /** The e-mail address of the administrator that the first start creates. */
  @Expose()
  @IsEmail({ require_tld: false }, { message: 'expected an e-mail address' })
  @Matches(PLAIN_TEXT, { message: 'expected an e-mail address without control and format characters' })
  readonly ADMIN_EMAIL: string = 'admin@example.com';

  /**
   * The password of the first administrator. The service writes a random password to the file `first-password` in DATA_DIR.
   * @defaultValue random
   */
  @Expose()
  @IsOptional()
  @Length(PASSWORD_LENGTH.min, PASSWORD_LENGTH.max, { message: `expected ${PASSWORD}` })
  readonly ADMIN_PASSWORD?: string;

  /** How long an access token is valid, in seconds. */
  @wholeNumber(1, 604_800, 'seconds')
  readonly ACCESS_TOKEN_TTL: number = 3600;

  /** How long a refresh token is valid after its last use, in seconds. */
  @wholeNumber(60, 31_536_000, 'seconds')
  readonly REFRESH_TOKEN_TTL: number = 1_296_000;

  /** How long a session lasts after its sign-in, in seconds, even if it is refreshed. */
  @wholeNumber(60, 315_360_000, 'seconds')
  readonly REFRESH_TOKEN_MAX_AGE: number = 7_776_000;

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
  @Expose()
  @IsIn(ELSEWHERE, { message: `expected one of ${ELSEWHERE.join(', ')}` })
  readonly REFRESHED_ELSEWHERE: (typeof ELSEWHERE)[number] = 'record';

  /** What the service does with a requested scope, since it grants no scopes: `ignore` the scope, or `refuse` the request. */
  @Expose()
  @IsIn(SCOPE, { message: `expected one of ${SCOPE.join(', ')}` })
  readonly REQUESTED_SCOPE: (typeof SCOPE)[number] = 'ignore';

  /** How long an expired record is kept after its expiry and its last change, in seconds. */
  @wholeNumber(0, 3_153_600_000, 'seconds')
  readonly EXPIRED_RECORD_RETENTION: number = 2_592_000;

  /** How long an event of the audit trail is kept, in seconds. */
  @wholeNumber(86_400, 3_153_600_000, 'seconds')
  readonly AUDIT_RETENTION: number = 31_536_000;

  /** How long a process still accepts requests after SIGTERM, in seconds. Meanwhile `/health/ready` answers 503. */
  @wholeNumber(0, 300, 'seconds')
  readonly SHUTDOWN_DELAY: number = 0;

  /** The proxies whose `X-Forwarded-For` the service trusts: addresses or networks, separated by commas. */
  @commaSeparated()
  @IsNetwork({
    each: true,
    message:
      'expected IP addresses or networks such as 10.0.0.0/8, separated by commas; a network of all addresses, such as 0.0.0.0/0, would let every client choose its address',
  })
  readonly TRUSTED_PROXIES: readonly string[] = [];

  /** The origins whose web pages may call the service from a browser (CORS), separated by commas. */
  @commaSeparated()
  @IsOrigins()
  readonly ALLOWED_ORIGINS: readonly string[] = [];

  /** The least severe level that is logged. */
  @Expose()
  @IsIn(LOG_LEVELS, { message: `expected one of ${LOG_LEVELS.join(', ')}` })
  readonly LOG_LEVEL: string = 'info';

  /** `json` writes one JSON object per line, for programs. `human` writes lines of text, for people at a terminal. */
  @Expose()
  @IsIn(LOG_FORMATS, { message: `expected one of ${LOG_FORMATS.join(', ')}` })
  readonly LOG_FORMAT: (typeof LOG_FORMATS)[number] = 'json';

  /** Whether the service serves Swagger UI at `/docs` and the OpenAPI document at `/api/openapi.json`. */
  @Expose()
  @IsIn(SWITCH, { message: `expected one of ${SWITCH.join(', ')}` })
  readonly API_DOCS: (typeof SWITCH)[number] = 'on';

  /** Whether the service serves the console at `/console`. The console reads the OpenAPI document, so it also needs API_DOCS. */
  @Expose()
  @IsIn(SWITCH, { message: `expected one of ${SWITCH.join(', ')}` })
  readonly CONSOLE: (typeof SWITCH)[number] = 'on';

  /** The port on which the service serves `/metrics`, which must not be public. Without this port, there are no metrics. */
  @IsOptional()
  @DiffersFrom('PORT', { message: 'expected another port than PORT' })
  @wholeNumber(1, 65_535, 'a port')
  readonly METRICS_PORT?: number;

  /** The address on which the service serves `/metrics`. */
  @Expose()
  @Matches(HOST, { message: HOST_EXPECTED })
  readonly METRICS_HOST: string = '127.0.0.1';

  /**
   * Reads the settings from the environment, and secrets also from files. An empty value counts as absent.
   * @throws SettingsError that names every bad file; or, if all files are good, every bad setting and what was expected
   */
  static load(environment: NodeJS.ProcessEnv = process.env): Settings {
    const { environment: given, faults } = withSecretFiles(
      Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== '')),
    );
    // Without the value of a missing file, the other settings would be validated wrongly, and a secret might be made without need.
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

/** Whether the service has a console: its pages are made from the OpenAPI document. */
export function servesConsole({ CONSOLE, API_DOCS }: Pick<Settings, 'CONSOLE' | 'API_DOCS'>): boolean {
  return CONSOLE === 'on' && API_DOCS === 'on';
}

/** The host in the URL that clients on this machine use. */
function urlHost(host = '127.0.0.1'): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

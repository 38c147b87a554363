import { Expose, plainToInstance } from 'class-transformer';
import { IsEmail, IsOptional, IsUrl, Length, Matches, MinLength, validateSync } from 'class-validator';
import { PASSWORD_LENGTH } from '../kernel/password-policy.js';
import { PLAIN_TEXT } from '../kernel/text.js';
import { IsDatabaseUrl, SSL_MODES } from './database-url.js';
import { DiffersFrom } from './differs-from.js';
import { secretOf } from './embedded-secret.js';
import { IsNetwork, NETWORKS_EXPECTED } from './is-network.js';
import { IsOrigins } from './is-origin.js';
import { IsVaried } from './is-varied.js';
import { withSecretFiles } from './secret-files.js';
import { NEW_SECRET, PASSWORD_EXPECTED, SECRET_LENGTH, SECRET_VARIETY } from './secret-rules.js';
import { CLIENTS, LOG_FORMATS, LOG_LEVELS, NONCE, SCOPE, SWITCH } from './setting-choices.js';
import { SessionSettings } from './session-settings.js';
import { describeFaults } from './setting-faults.js';
import { commaSeparated, hostName, oneOf, wholeNumber } from './setting-types.js';
import { SettingsError } from './settings-error.js';
import { urlHost } from './url-host.js';

/**
 * All settings of the service, read from the environment once, validated and frozen. They have the names of the environment variables. No
 * other part of the service reads the environment.
 * @publicApi
 */
export class Settings extends SessionSettings {
  /** The port on which the service listens. */
  @wholeNumber(1, 65_535, 'a port')
  readonly PORT: number = 3000;

  /** The address on which the service listens. */
  @hostName()
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
  @IsOptional()
  @oneOf(SSL_MODES)
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
  @Length(PASSWORD_LENGTH.min, PASSWORD_LENGTH.max, { message: PASSWORD_EXPECTED })
  readonly ADMIN_PASSWORD?: string;

  /**
   * The audience that access tokens need at the routes of the service. The token of a client whose `Audience` lacks it opens none of them.
   * @defaultValue PUBLIC_URL
   */
  @Expose()
  @IsOptional()
  @Matches(/^[!-~]{1,512}$/, { message: 'expected a name or URI of at most 512 ASCII characters without spaces' })
  readonly API_AUDIENCE?: string;

  /** What the service does with a requested scope, since it grants no scopes: `ignore` the scope, or `refuse` the request. */
  @oneOf(SCOPE)
  readonly REQUESTED_SCOPE: (typeof SCOPE)[number] = 'ignore';

  /** Whether an introspection shows the device of the session: its name, its program, and its addresses, as `device`. */
  @oneOf(SWITCH)
  readonly INTROSPECTION_DEVICE: (typeof SWITCH)[number] = 'off';

  /** Which clients may sign in users and refresh: `any` client, or only `registered` and enabled clients. */
  @oneOf(CLIENTS)
  readonly CLIENTS: (typeof CLIENTS)[number] = 'any';

  /** By how many seconds the time in a DPoP proof (`iat`) may differ from the time of the database. */
  @wholeNumber(5, 600, 'seconds')
  readonly DPOP_PROOF_AGE: number = 60;

  /** Whether a DPoP proof needs a nonce of the service. Then clients with a wrong clock can make proofs too. */
  @oneOf(NONCE)
  readonly DPOP_NONCE: (typeof NONCE)[number] = 'optional';

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
  @IsNetwork({ each: true, message: NETWORKS_EXPECTED })
  readonly TRUSTED_PROXIES: readonly string[] = [];

  /** The origins whose web pages may call the service from a browser (CORS), separated by commas. */
  @commaSeparated()
  @IsOrigins()
  readonly ALLOWED_ORIGINS: readonly string[] = [];

  /** The least severe level that is logged. */
  @oneOf(LOG_LEVELS)
  readonly LOG_LEVEL: string = 'info';

  /** `json` writes one JSON object per line, for programs. `human` writes lines of text, for people at a terminal. */
  @oneOf(LOG_FORMATS)
  readonly LOG_FORMAT: (typeof LOG_FORMATS)[number] = 'json';

  /** Whether the service serves Swagger UI at `/docs` and the OpenAPI document at `/api/openapi.json`. */
  @oneOf(SWITCH)
  readonly API_DOCS: (typeof SWITCH)[number] = 'on';

  /** Whether the service serves the console at `/console`. The console reads the OpenAPI document, so it also needs API_DOCS. */
  @oneOf(SWITCH)
  readonly CONSOLE: (typeof SWITCH)[number] = 'on';

  /** The port on which the service serves `/metrics`, which must not be public. Without this port, there are no metrics. */
  @IsOptional()
  @DiffersFrom('PORT', { message: 'expected another port than PORT' })
  @wholeNumber(1, 65_535, 'a port')
  readonly METRICS_PORT?: number;

  /** The address on which the service serves `/metrics`. */
  @hostName()
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
        TESSERA_SECRET: secretOf(given),
      },
      { excludeExtraneousValues: true, exposeDefaultValues: true },
    );
    const errors = validateSync(settings, { stopAtFirstError: true });
    if (errors.length > 0) throw new SettingsError(describeFaults(errors, given['PUBLIC_URL'] === undefined));
    return Object.freeze(settings);
  }
}

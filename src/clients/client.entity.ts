import { Choice, Flag, Shown, Text, Whole } from '../resource/kit/member-decorators.js';
import { DATE_TIME } from '../resource/kit/member-kinds.js';
import { Resource } from '../resource/kit/resource.decorator.js';
import { ClientSecretColumns } from './client-secret-columns.js';

/** How a client proves who it is (RFC 7591, section 2). */
export const AUTHENTICATION_METHODS = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;

export type AuthenticationMethod = (typeof AUTHENTICATION_METHODS)[number];

/** The commands of the resource. */
export const MAKE_SECRET = 'CLIENT_MAKE_SECRET';
export const RETIRE_SECRET = 'CLIENT_RETIRE_SECRET';

const OPTIONAL = { required: false } as const;
const FOUND = { searchable: true, orderable: true } as const;
/** A registry is small, so its flags and choices need no index. */
const FILTERED = { searchable: true, index: false } as const;
const MADE = { ...OPTIONAL, isReadOnly: true, example: '2025-01-15T10:30:00Z' } as const;

/** A registered client: how it proves who it is, what it may do, and how long its tokens and sessions live. */
@Resource({
  ...{ name: 'Client', path: 'api/sys/clients', table: 'clients', shownAs: '{Name} ({ClientId})' },
  commands: [
    { key: MAKE_SECRET, name: 'Make a secret', records: 'one', icon: 'key' },
    { key: RETIRE_SECRET, name: 'Retire the earlier secret', records: 'one', icon: 'key' },
  ],
})
export class Client extends ClientSecretColumns {
  @Text({
    ...{ longest: 512, unique: true, ...FOUND, example: 'mobile-app' },
    description:
      'The name by which the client calls itself, in Unicode normalization form C and without white space around it. It cannot be changed.',
  })
  ClientId!: string;

  @Text({ longest: 200, ...FOUND, example: 'Mobile app', description: 'What people call it.' })
  Name!: string;

  @Text({ longest: 4_000, ...OPTIONAL, example: 'The app for members.' })
  Description!: string | null;

  @Flag({ ...FILTERED, description: 'Whether its users can sign in and its tokens work.' })
  Enabled!: boolean;

  @Choice(AUTHENTICATION_METHODS, {
    ...{ ...FILTERED, example: 'none' },
    description:
      'How the client proves who it is; `none` for a public client. A change from or to a method without a secret ends its secrets.',
  })
  AuthenticationMethod!: AuthenticationMethod;

  @Text({
    ...{ longest: 2_048, ...OPTIONAL, example: 'https://app.example.com/jwks.json' },
    description:
      'Where the public keys of the client are, for `private_key_jwt`: an https URL without user and password, or an http URL of the ' +
      'machine of the service.',
  })
  JwksUri!: string | null;

  @Text({
    ...{ longest: 16_384, ...OPTIONAL, example: '{"keys":[]}' },
    description: 'The public keys of the client instead of a URL, as the JSON of a key set (RFC 7517).',
  })
  Jwks!: string | null;

  @Text({
    ...{ longest: 2_048, ...OPTIONAL, example: 'password refresh_token' },
    description: 'The grants that the client may use, separated by spaces. Null means every grant.',
  })
  AllowedGrants!: string | null;

  @Text({
    ...{ longest: 8_192, ...OPTIONAL, example: 'https://app.example.com' },
    description: 'The origins of its web pages, separated by spaces, beside those of `ALLOWED_ORIGINS` (CORS).',
  })
  AllowedOrigins!: string | null;

  @Whole({
    ...{ least: 1, most: 604_800, ...OPTIONAL, example: 600 },
    description: 'How long an access token is valid, in seconds. Null means `ACCESS_TOKEN_TTL`.',
  })
  AccessTokenTtl!: number | null;

  @Whole({
    ...{ least: 60, most: 31_536_000, ...OPTIONAL, example: 86_400 },
    description: 'How long a refresh token is valid after its last use, in seconds. Null means `REFRESH_TOKEN_TTL`.',
  })
  RefreshTokenTtl!: number | null;

  @Whole({
    ...{ least: 60, most: 315_360_000, ...OPTIONAL, example: 2_592_000 },
    description: 'How long a session lasts after its sign-in, in seconds. Null means `REFRESH_TOKEN_MAX_AGE`.',
  })
  RefreshTokenMaxAge!: number | null;

  @Whole({
    ...{ least: 0, most: 3_600, ...OPTIONAL, example: 10 },
    description: 'The retry window of a refresh, in seconds. Null means `REFRESH_RETRY_WINDOW`.',
  })
  RefreshRetryWindow!: number | null;

  @Whole({
    ...{ least: 0, most: 31_536_000, ...OPTIONAL, example: 3_600 },
    description: 'The window for lost answers, in seconds. Null means `REFRESH_LOST_ANSWER_WINDOW`.',
  })
  RefreshLostAnswerWindow!: number | null;

  @Whole({
    ...{ least: 1, most: 100, ...OPTIONAL, example: 1 },
    description: 'How many sessions a user may have at the client. Null means 1.',
  })
  SessionsPerUser!: number | null;

  @Flag({ ...FILTERED, example: false, description: 'Whether its requests need a proof of possession (RFC 9449).' })
  DpopRequired!: boolean;

  @Text({
    ...{ longest: 2_048, ...OPTIONAL, example: 'https://api.example.com' },
    description:
      'The audience of its access tokens: names or URIs, separated by spaces. A request can choose some of them by `resource` (RFC 8707). ' +
      'Null means the service itself.',
  })
  Audience!: string | null;

  @Text({
    ...{ longest: 4_000, ...OPTIONAL, example: 'Token-Introspect' },
    description:
      'The roles that the client itself has, separated by spaces: when it introspects, and with tokens of `client_credentials`. Only for ' +
      'a client that authenticates. A user who is no full administrator can give only roles of their own. A role that the client did not ' +
      'have ends its secrets.',
  })
  Roles!: string | null;

  @Shown(DATE_TIME, { ...MADE, description: 'When its latest secret was made; null without a secret.' })
  SecretMadeOn!: Date | null;

  @Shown(DATE_TIME, { ...MADE, description: 'When its earlier secret was made; null if only the latest is valid.' })
  PreviousSecretMadeOn!: Date | null;
}

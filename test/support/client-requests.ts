import { encodedBasic } from './client-keys.js';
import { passwordOf, type Answer } from './client.js';
import { register, runOn } from './registry.js';
import type { Service } from './service.js';
import { events, keepSecret, TOKEN } from './sessions.js';

export const REVOKE = `${TOKEN}/revoke`;
export const INTROSPECT = `${TOKEN}/introspect`;
/** The form of a sign-in, and that of a client for itself. */
export const PASSWORD = { grant_type: 'password', username: 'all@example.com', password: passwordOf('all') };
export const OWN = { grant_type: 'client_credentials' };
export const CHALLENGE = 'Basic realm="Tessera", charset="UTF-8"';

/** How a client authenticates a request. */
export interface Credentials {
  readonly form?: Record<string, string>;
  readonly headers?: Record<string, string>;
}

export const byBasic = (name: string, secret: string): Credentials => ({
  headers: { authorization: encodedBasic(name, secret) },
});
export const byPost = (client_id: string, client_secret: string): Credentials => ({
  form: { client_id, client_secret },
});

/** Status, error and challenge of a refusal. */
export const refusal = ({ status, body, headers }: Answer): unknown[] => [
  status,
  body.error,
  headers.get('www-authenticate'),
];

/** An address that no earlier request used, so that failures of one test block no other. */
let used = 0;
export const newAddress = (): string => `198.18.${++used >> 8}.${used & 255}`;

/** Requests of clients to a service that trusts the proxy 127.0.0.1. */
export class ClientRequests {
  constructor(private readonly service: Service) {}

  send(
    path: string,
    form: Record<string, string>,
    { form: more, headers }: Credentials = {},
    from = newAddress(),
  ): Promise<Answer> {
    return this.service.client().form('POST', path, { ...form, ...more }, { 'x-forwarded-for': from, ...headers });
  }

  /** Makes another secret of a client. */
  async newSecret(id: number): Promise<string> {
    const { ClientSecret: secret } = await runOn(this.service, 'CLIENT_MAKE_SECRET', id);
    keepSecret(String(secret));
    return String(secret);
  }

  /** Registers a client with a secret. */
  async registerSecret(name: string, changes: object = {}): Promise<{ id: number; secret: string }> {
    const id = await register(this.service, name, { AuthenticationMethod: 'client_secret_basic', ...changes });
    return { id, secret: await this.newSecret(id) };
  }

  /** The reasons for which a client was refused, oldest first. */
  async reasonsOf(clientId: string): Promise<unknown[]> {
    const refused = await events(this.service, { Kind: 'client-refused', ClientId: clientId });
    return refused.map(({ Reason }) => Reason);
  }
}

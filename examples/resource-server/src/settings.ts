/** The settings of the resource server. */
export class Settings {
  /**
   * @param issuer the `PUBLIC_URL` of Tessera: issuer and audience of its access tokens
   * @param client name and secret of a registered client that has the role Token-Introspect and no other
   * @param url the URL at which clients call this server, which the proofs of clients name
   */
  constructor(
    readonly issuer: string,
    readonly client: { readonly id: string; readonly secret: string },
    readonly url: string,
  ) {}

  /** From `TESSERA_URL`, `CLIENT_ID`, `CLIENT_SECRET` and `PUBLIC_URL`, which is by default the local one. @throws Error that names a missing variable */
  static of(environment: NodeJS.ProcessEnv): Settings {
    const get = (name: string): string => {
      const value = environment[name];
      if (!value) throw new Error(`${name} is not set.`);
      return value;
    };
    const client = { id: get('CLIENT_ID'), secret: get('CLIENT_SECRET') };
    const { PUBLIC_URL = `http://127.0.0.1:${environment['PORT'] ?? 3001}` } = environment;
    return new Settings(get('TESSERA_URL').replace(/\/$/, ''), client, PUBLIC_URL);
  }
}

/** The `Authorization` header of the client. RFC 6749, section 2.3.1: name and secret are form-encoded. */
export function basicOf({ id, secret }: Settings['client']): string {
  return `Basic ${Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64')}`;
}

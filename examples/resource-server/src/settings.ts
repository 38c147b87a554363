/** The settings of the resource server. */
export class Settings {
  /**
   * @param issuer the `PUBLIC_URL` of Tessera: issuer and audience of its access tokens
   * @param client name and secret of a registered client that has the role Token-Introspect and no other
   */
  constructor(
    readonly issuer: string,
    readonly client: { readonly id: string; readonly secret: string },
  ) {}

  /** From `TESSERA_URL`, `CLIENT_ID` and `CLIENT_SECRET`. @throws Error that names a missing variable */
  static of(environment: NodeJS.ProcessEnv): Settings {
    const get = (name: string): string => {
      const value = environment[name];
      if (!value) throw new Error(`${name} is not set.`);
      return value;
    };
    const client = { id: get('CLIENT_ID'), secret: get('CLIENT_SECRET') };
    return new Settings(get('TESSERA_URL').replace(/\/$/, ''), client);
  }
}

/** The `Authorization` header of the client. RFC 6749, section 2.3.1: name and secret are form-encoded. */
export function basicOf({ id, secret }: Settings['client']): string {
  return `Basic ${Buffer.from([id, secret].map(encodeURIComponent).join(':')).toString('base64')}`;
}

/** The settings of the resource server. */
export class Settings {
  /**
   * @param issuer the `PUBLIC_URL` of Tessera: issuer and audience of its access tokens
   * @param account e-mail and password of a user who has the role Token-Introspect and no other
   */
  constructor(
    readonly issuer: string,
    readonly account: { readonly name: string; readonly password: string },
  ) {}

  /** From `TESSERA_URL`, `INTROSPECTION_USER` and `INTROSPECTION_PASSWORD`. @throws Error that names a missing variable */
  static of(environment: NodeJS.ProcessEnv): Settings {
    const get = (name: string): string => {
      const value = environment[name];
      if (!value) throw new Error(`${name} is not set.`);
      return value;
    };
    const account = { name: get('INTROSPECTION_USER'), password: get('INTROSPECTION_PASSWORD') };
    return new Settings(get('TESSERA_URL').replace(/\/$/, ''), account);
  }
}

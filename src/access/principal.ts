/** Who makes a request, read fresh for that request. */
export interface Principal {
  /** E-mail of the user: the subject of tokens and the author of writes. */
  readonly email: string;
  /** A full administrator needs no role. */
  readonly isAdministrator: boolean;
  readonly roles: readonly string[];
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by authentication; absent on public routes. */
    user?: Principal;
  }
}

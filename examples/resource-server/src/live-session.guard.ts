import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { basicOf, Settings } from './settings.js';

interface Introspection {
  readonly active: boolean;
}

/**
 * For routes that must refuse a user who has signed out: asks Tessera whether the token's session lives (RFC 7662). Put this guard after
 * `AccessTokenGuard`, so that no forged token causes a request.
 */
@Injectable()
export class LiveSessionGuard implements CanActivate {
  private readonly url: string;
  private readonly authorization: string;

  constructor({ issuer, client }: Settings) {
    this.url = `${issuer}/api/token/introspect`;
    this.authorization = basicOf(client);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ headers: { authorization?: string } }>();
    const token = (request.headers.authorization ?? '').replace(/^(bearer|dpop) +/i, '');
    if (!(await this.isActive(token))) throw new UnauthorizedException('The session has ended.');
    return true;
  }

  private async isActive(token: string): Promise<boolean> {
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { authorization: this.authorization },
      body: new URLSearchParams({ token }),
      signal: AbortSignal.timeout(5_000),
    }).catch(() => undefined);
    // Without an answer the session may have ended.
    if (!answer?.ok) throw new ServiceUnavailableException('The session cannot be checked.');
    return ((await answer.json()) as Introspection).active;
  }
}

import { Injectable } from '@nestjs/common';
import { AuditEventsService } from '../audit/audit-events.service.js';
import { Settings } from '../config/settings.js';
import { inSeconds } from '../kernel/date-time.js';
import type { Actor } from '../kernel/origin.js';
import { RefreshTokenCodec, type RefreshTokenClaims } from '../sessions/refresh-token.codec.js';
import { SessionPrincipalsService } from '../sessions/session-principals.service.js';
import { DescribedAccessTokensService, INACTIVE } from './described-access-tokens.service.js';
import { required, type OAuthParameters } from './oauth-form.js';
import { IntrospectedDevice } from './introspected-device.js';
import type { IntrospectionResponse } from './introspection-response.js';

/** Reports whether a token is active, and who owns it (RFC 7662). */
@Injectable()
export class IntrospectionService {
  constructor(
    private readonly codec: RefreshTokenCodec,
    private readonly described: DescribedAccessTokensService,
    private readonly principals: SessionPrincipalsService,
    private readonly settings: Settings,
    private readonly events: AuditEventsService,
  ) {}

  /** Describes the token of the request, and records an event about the introspection. @throws AppError invalid_request without a token */
  async introspect(parameters: OAuthParameters, actor: Actor): Promise<IntrospectionResponse> {
    const token = required(parameters, 'token');
    const claims = this.codec.decode(token);
    const response = await (claims ? this.introspectRefreshToken(claims, token) : this.described.of(token));
    const { active, sub: subject, client_id: clientId, sid: sessionId } = response;
    const reason = active ? 'active' : 'inactive';
    await this.events.recordSample({ kind: 'token-introspected', actor, reason, subject, clientId, sessionId });
    return sessionId === undefined ? response : this.withDevice(response, sessionId);
  }

  private async withDevice(response: IntrospectionResponse, sessionId: string): Promise<IntrospectionResponse> {
    if (this.settings.INTROSPECTION_DEVICE === 'off') return response;
    const device = await this.principals.deviceOf(sessionId);
    return device ? Object.assign(response, { device: IntrospectedDevice.of(device) }) : INACTIVE;
  }

  private async introspectRefreshToken(claims: RefreshTokenClaims, token: string): Promise<IntrospectionResponse> {
    const session = await this.principals.current(claims, token);
    if (!session) return INACTIVE;
    return {
      active: true,
      iss: this.settings.PUBLIC_URL,
      sub: session.subject,
      username: session.subject,
      client_id: session.clientId,
      sid: session.uniqueId,
      iat: inSeconds(session.rotatedOn),
      exp: inSeconds(session.expiresOn),
      auth_time: inSeconds(session.authTime),
      amr: session.amr,
      ...(session.jkt !== null && { cnf: { jkt: session.jkt } }),
    };
  }
}

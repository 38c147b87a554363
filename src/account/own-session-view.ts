import { ApiProperty } from '@nestjs/swagger';
import { ApiNullableText } from '../http/api-nullable-text.js';
import { formatDateTime } from '../kernel/date-time.js';
import { deviceOf } from '../kernel/device.js';
import type { ListedSession } from '../sessions/session.js';

const time = (description: string): PropertyDecorator =>
  ApiProperty({ type: String, format: 'date-time', example: '2025-01-15T10:30:00Z', description });

/** A session, as its user sees it. */
export class OwnSessionView {
  @ApiProperty({ type: String, format: 'uuid', example: '01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d' })
  readonly UniqueId!: string;

  @ApiProperty({ type: String, example: 'mobile-app' })
  readonly ClientId!: string;

  @ApiProperty({ type: Boolean, example: true, description: 'Whether it is the session of this request.' })
  readonly Current!: boolean;

  @ApiNullableText('Ada’s phone', 'What the client called the device at the sign-in (`device_name`).')
  readonly DeviceName!: string | null;

  @ApiNullableText(
    'Safari 17 on Apple iPhone',
    'The browser or program, and the machine, as the user agent names them.',
  )
  readonly Device!: string | null;

  @ApiNullableText('Mozilla/5.0', 'The user agent of the last sign-in or refresh.')
  readonly UserAgent!: string | null;

  @ApiNullableText('192.0.2.7', 'The IP address of the sign-in.')
  readonly FirstAddress!: string | null;

  @ApiNullableText('198.51.100.20', 'The IP address of the last sign-in or refresh.')
  readonly LastAddress!: string | null;

  @time('When the user signed in.')
  readonly SignedInOn!: string;

  @ApiProperty({ type: [String], example: ['pwd'], description: 'How the user signed in (RFC 8176).' })
  readonly AuthenticationMethods!: readonly string[];

  @time('When the user signed in, or the session was refreshed, for the last time.')
  readonly LastUsedOn!: string;

  @time('When the session ends if it is not refreshed.')
  readonly ExpiresOn!: string;

  /** The view of a session. `current` is the UniqueId of the session of the request. */
  static of(session: ListedSession, current: string | undefined): OwnSessionView {
    const { uniqueId, clientId, deviceName, lastUserAgent, firstAddress, lastAddress, authTime, amr } = session;
    return {
      UniqueId: uniqueId,
      ClientId: clientId,
      Current: uniqueId === current,
      DeviceName: deviceName,
      Device: deviceOf(lastUserAgent),
      UserAgent: lastUserAgent,
      FirstAddress: firstAddress,
      LastAddress: lastAddress,
      SignedInOn: formatDateTime(authTime),
      AuthenticationMethods: amr,
      LastUsedOn: formatDateTime(session.lastRedeemedOn ?? session.rotatedOn),
      ExpiresOn: formatDateTime(session.expiresOn),
    };
  }
}

import { ApiProperty } from '@nestjs/swagger';
import { ApiNullableText } from '../http/api-nullable-text.js';
import { formatDateTime } from '../kernel/date-time.js';
import { deviceOf } from '../kernel/device.js';
import type { SignInEvent } from './sign-ins.repository.js';

/** A sign-in, or an attempt that was refused, as the user sees it. */
export class SignInView {
  @ApiProperty({ type: String, format: 'date-time', example: '2025-01-15T10:30:00Z' })
  readonly CreatedOn!: string;

  @ApiProperty({ type: Boolean, example: true })
  readonly WasSuccessful!: boolean;

  @ApiNullableText(
    'pwd',
    'How the user signed in (RFC 8176), or why the attempt was refused, such as `wrong-password`.',
  )
  readonly Reason!: string | null;

  @ApiNullableText('mobile-app', 'The client; null for a refused attempt.')
  readonly ClientId!: string | null;

  @ApiNullableText('01946a2c-5f10-7c3a-9b1e-3d5f8a7b6c4d', 'UniqueId of the session; null for a refused attempt.')
  readonly SessionId!: string | null;

  @ApiNullableText('192.0.2.7', 'The IP address of the request.')
  readonly Address!: string | null;

  @ApiNullableText('Firefox 133 on Windows', 'The browser or program, and the machine, as the user agent names them.')
  readonly Device!: string | null;

  @ApiNullableText('Mozilla/5.0', 'The user agent of the request.')
  readonly UserAgent!: string | null;

  static of({ createdOn, kind, reason, clientId, sessionId, address, userAgent }: SignInEvent): SignInView {
    return {
      CreatedOn: formatDateTime(createdOn),
      WasSuccessful: kind === 'login',
      Reason: reason,
      ClientId: clientId,
      SessionId: sessionId,
      Address: address,
      Device: deviceOf(userAgent),
      UserAgent: userAgent,
    };
  }
}

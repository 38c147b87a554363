import { ApiProperty } from '@nestjs/swagger';
import { ApiNullableText } from '../http/api-nullable-text.js';
import { inSeconds } from '../kernel/date-time.js';
import { deviceOf } from '../kernel/device.js';
import type { SessionDevice } from '../sessions/session.js';

/** The device of a session, in an introspection. */
export class IntrospectedDevice {
  @ApiNullableText('Ada’s phone', 'What the client called the device at the sign-in.')
  readonly name!: string | null;

  @ApiNullableText('Firefox 133 on Windows', 'The browser or program, and the machine, as the user agent names them.')
  readonly description!: string | null;

  @ApiNullableText('192.0.2.7', 'The address from which the user signed in.')
  readonly first_address!: string | null;

  @ApiNullableText('198.51.100.20', 'The address of the last sign-in or refresh.')
  readonly last_address!: string | null;

  @ApiNullableText('Mozilla/5.0', 'The user agent of the last sign-in or refresh.')
  readonly user_agent!: string | null;

  @ApiProperty({
    type: 'integer',
    format: 'int64',
    nullable: true,
    example: 1_736_937_000,
    description: 'When the user last signed in or the token was last refreshed, in seconds since 1970.',
  })
  readonly last_used!: number | null;

  static of(device: SessionDevice): IntrospectedDevice {
    return {
      name: device.deviceName,
      description: deviceOf(device.lastUserAgent),
      first_address: device.firstAddress,
      last_address: device.lastAddress,
      user_agent: device.lastUserAgent,
      last_used: device.lastRedeemedOn && inSeconds(device.lastRedeemedOn),
    };
  }
}

import { Injectable, Module } from '@nestjs/common';
import {
  AppError,
  Grant,
  GrantsModule,
  NewSessionsService,
  type GivenParameters,
  type GrantRequest,
  type TokenResponse,
} from '../../../src/tessera.js';

declare module '../../../src/kernel/error-codes.js' {
  interface AddedErrorCodes {
    till_closed: 400;
  }
}

const PARAMETERS = {
  till: { description: 'The number of the till.', required: true, example: '7' },
  pin: { description: 'What the cashier types.', required: true, secret: true, example: '1234' },
  shift: { description: 'The shift, if it is not the present one.' },
} as const;

/** The cashiers of the tills, by their PINs. */
const CASHIERS: Readonly<Record<string, string>> = { '1234': 'all@example.com', '9999': 'nobody@example.com' };

/** A cashier signs in at a till. */
@Injectable()
export class TillGrant extends Grant<typeof PARAMETERS> {
  readonly name = 'urn:example:till';
  readonly description = 'Signs a cashier in at a till.';
  readonly parameters = PARAMETERS;

  constructor(private readonly sessions: NewSessionsService) {
    super();
  }

  async handle(
    { till, pin, shift }: GivenParameters<typeof PARAMETERS>,
    request: GrantRequest,
  ): Promise<TokenResponse> {
    if (till === '0') throw new AppError('till_closed', 400, `The till is closed in the shift ${shift ?? 'of now'}.`);
    const user = CASHIERS[pin];
    if (user === undefined) throw new AppError('invalid_grant', 400, 'The PIN is wrong.');
    return this.sessions.begin({ ...request, clientId: request.clientId ?? `till-${till}`, user, amr: ['pin'] });
  }
}

@Module({ imports: [GrantsModule], providers: [TillGrant] })
export class TillModule {}

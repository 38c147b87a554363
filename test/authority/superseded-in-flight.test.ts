import type { INestApplicationContext } from '@nestjs/common';
import { LoginsService } from '../../src/sessions/logins.service.js';
import { RedemptionService, type Presented } from '../../src/sessions/redemption.service.js';
import type { IssuedSession } from '../../src/sessions/session.js';
import { SessionsService } from '../../src/sessions/sessions.service.js';
import { UsersService } from '../../src/users/users.service.js';
import { startInProcess } from '../support/in-process.js';
import { seconds, the } from '../support/sessions.js';

const EMAIL = 'all@example.com';
const ORIGIN = { address: '127.0.0.1', userAgent: null, requestId: null };

let app: INestApplicationContext;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ app, stop } = await startInProcess());
});
afterAll(() => stop());

const redeem = ({ refreshToken }: IssuedSession, how: Partial<Presented> = {}): Promise<IssuedSession> => {
  const now = performance.now();
  const context = { received: { from: now, until: now }, isAbandoned: () => Promise.resolve(false) };
  return app.get(RedemptionService).redeem({ refreshToken, clientId: 'app', origin: ORIGIN, ...context, ...how });
};

it('an old token ends nothing if its request came before the last rotation, and ends the session if its request came after', async () => {
  const user = the((await app.get(UsersService).find(EMAIL)) ?? undefined);
  const first = await app.get(LoginsService).begin({ user, clientId: 'app', amr: ['pwd'], origin: ORIGIN });
  const received = performance.now();
  await seconds(0.05);
  const third = await redeem(await redeem(first));
  await expect(redeem(first, { received: { from: received, until: received } })).rejects.toMatchObject({
    context: { detail: 'superseded-in-flight' },
  });
  const fourth = await redeem(third);
  await seconds(0.05);
  await expect(redeem(first)).rejects.toMatchObject({ context: { detail: 'replayed' } });
  await expect(redeem(fourth)).rejects.toMatchObject({ context: { detail: 'session-ended' } });
  expect(await app.get(SessionsService).list({ subject: EMAIL })).toEqual([]);
});

it('a previous token within the retry window ends nothing when its successor is redeemed while its request is under way', async () => {
  const user = the((await app.get(UsersService).find(EMAIL)) ?? undefined);
  const first = await app.get(LoginsService).begin({ user, clientId: 'app', amr: ['pwd'], origin: ORIGIN });
  const second = await redeem(first);
  let third = second;
  const meanwhile = async (): Promise<boolean> => {
    await seconds(0.05);
    third = await redeem(second);
    return false;
  };
  const underWay = redeem(first, { isAbandoned: meanwhile });
  await expect(underWay).rejects.toMatchObject({ context: { detail: 'superseded-in-flight' } });
  const fourth = await redeem(third);
  // The token was already two generations old when this request came.
  await expect(redeem(first)).rejects.toMatchObject({ context: { detail: 'replayed' } });
  await expect(redeem(fourth)).rejects.toMatchObject({ context: { detail: 'session-ended' } });
});

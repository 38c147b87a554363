import type { INestApplicationContext } from '@nestjs/common';
import { Logins } from '../../src/refresh-tokens/logins.js';
import { Redemption } from '../../src/refresh-tokens/redemption.js';
import type { IssuedSession } from '../../src/refresh-tokens/session.js';
import { SessionsService } from '../../src/refresh-tokens/sessions.service.js';
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

const redeem = ({ refreshToken }: IssuedSession, receivedAt = performance.now()): Promise<IssuedSession> =>
  app
    .get(Redemption)
    .redeem({ refreshToken, clientId: 'app', origin: ORIGIN, receivedAt, isAbandoned: () => Promise.resolve(false) });

it('an old token whose request came before the last rotation is refused and ends nothing; one that came after ends all', async () => {
  const user = the((await app.get(UsersService).find(EMAIL)) ?? undefined);
  const first = await app.get(Logins).begin({ user, clientId: 'app', amr: ['pwd'], origin: ORIGIN });
  const received = performance.now();
  await seconds(0.05);
  const third = await redeem(await redeem(first));
  await expect(redeem(first, received)).rejects.toMatchObject({ context: { detail: 'superseded-in-flight' } });
  const fourth = await redeem(third);
  await seconds(0.05);
  await expect(redeem(first)).rejects.toMatchObject({ context: { detail: 'replayed' } });
  await expect(redeem(fourth)).rejects.toMatchObject({ context: { detail: 'session-ended' } });
  expect(await app.get(SessionsService).list({ subject: EMAIL })).toEqual([]);
});

it('a previous token, within the retry window, whose successor was redeemed while its request was on its way ends nothing either', async () => {
  const user = the((await app.get(UsersService).find(EMAIL)) ?? undefined);
  const first = await app.get(Logins).begin({ user, clientId: 'app', amr: ['pwd'], origin: ORIGIN });
  const second = await redeem(first);
  await seconds(0.05);
  const received = performance.now();
  await seconds(0.05);
  const third = await redeem(second);
  await expect(redeem(first, received)).rejects.toMatchObject({ context: { detail: 'superseded-in-flight' } });
  const fourth = await redeem(third);
  // It was two generations old already when this request came.
  await seconds(0.05);
  await expect(redeem(first)).rejects.toMatchObject({ context: { detail: 'replayed' } });
  await expect(redeem(fourth)).rejects.toMatchObject({ context: { detail: 'session-ended' } });
});

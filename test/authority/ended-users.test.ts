import type { INestApplicationContext } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { AppError } from '../../src/kernel/app-error.js';
import type { Actor } from '../../src/kernel/origin.js';
import { LoginsService } from '../../src/sessions/logins.service.js';
import { RedemptionService } from '../../src/sessions/redemption.service.js';
import type { IssuedSession } from '../../src/sessions/session.js';
import { SessionPrincipalsService } from '../../src/sessions/session-principals.service.js';
import { SessionsService } from '../../src/sessions/sessions.service.js';
import { UsersService, type UserChange } from '../../src/users/users.service.js';
import { startInProcess } from '../support/in-process.js';
import { the } from '../support/sessions.js';

const REPETITIONS = 200;
const EMAIL = 'all@example.com';
const ORIGIN = { address: '127.0.0.1', userAgent: null, requestId: null };
const OPERATOR: Actor = { name: 'test', origin: ORIGIN };
const IN_AN_HOUR = Date.now() / 1000 + 3600;

let app: INestApplicationContext;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ app, stop } = await startInProcess());
});
afterAll(() => stop());

const change = (changes: UserChange): Promise<void> => app.get(UsersService).change(EMAIL, changes, OPERATOR);

async function login(clientId: string): Promise<IssuedSession> {
  const user = the((await app.get(UsersService).find(EMAIL)) ?? undefined);
  return app.get(LoginsService).begin({ user, clientId, amr: ['pwd'], origin: ORIGIN });
}

const redeem = ({ refreshToken, clientId }: IssuedSession): Promise<IssuedSession> =>
  app.get(RedemptionService).redeem({
    refreshToken,
    clientId,
    origin: ORIGIN,
    received: { from: performance.now(), until: performance.now() },
    isAbandoned: () => Promise.resolve(false),
  });

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

const hasUser = async (session: IssuedSession): Promise<boolean> =>
  (await app.get(SessionPrincipalsService).userOf({ ...session, issued: 0, expires: IN_AN_HOUR })) !== undefined;

async function expectOver(...sessions: IssuedSession[]): Promise<void> {
  for (const session of sessions) {
    expect(await hasUser(session)).toBe(false);
    expect(await codeOf(redeem(session))).toBe('invalid_grant');
  }
  expect(await app.get(SessionsService).list({ subject: EMAIL })).toEqual([]);
}

/** Starts the work after a random number of turns, so that statements of the other side may run first. */
async function somewhen<T>(work: () => Promise<T>): Promise<T> {
  for (let turns = Math.floor(Math.random() * 12); turns > 0; turns--) await new Promise(setImmediate);
  return work();
}

describe('a refresh that races the disabling of its user', () => {
  it('may win or lose; the session ends in either case, and stays ended when the user is enabled again', async () => {
    const outcomes = new Set<string>();
    for (let n = 0; n < REPETITIONS; n++) {
      const first = await login('race');
      const refreshing = somewhen(() => redeem(first));
      const [outcome] = await Promise.all([codeOf(refreshing), somewhen(() => change({ enabled: false }))]);
      outcomes.add(outcome);
      await expectOver(first, ...(outcome === 'done' ? [await refreshing] : []));
      await change({ enabled: true });
      await expectOver(first, ...(outcome === 'done' ? [await refreshing] : []));
    }
    expect([...outcomes].sort()).toEqual(['done', 'invalid_grant']);
  });
});

describe('a login that races', () => {
  it.each([
    ['the disabling of its user', { enabled: false }, { enabled: true }],
    ['the demand for another password', { mustResetPassword: true }, { mustResetPassword: false }],
  ])('%s leads to an ended session or a refusal, in either order', async (_what, ending, undoing) => {
    for (let n = 0; n < REPETITIONS; n++) {
      const entering = somewhen(() => login('race'));
      const [outcome] = await Promise.all([codeOf(entering), somewhen(() => change(ending))]);
      expect(['done', 'invalid_credentials']).toContain(outcome);
      await expectOver(...(outcome === 'done' ? [await entering] : []));
      await change(undoing);
    }
  });
});

describe('the sessions of a user', () => {
  it.each([
    ['the user is disabled', { enabled: false }, 'user-disabled', { enabled: true }],
    ['the password is changed', { password: 'another password' }, 'password-changed', {}],
    ['another password is demanded', { mustResetPassword: true }, 'must-reset-password', { mustResetPassword: false }],
  ])('end at every client when %s', async (_what, ending, reason, undoing) => {
    const sessions = [await login('phone'), await login('web')];
    for (const session of sessions) expect(await hasUser(session)).toBe(true);
    await change(ending);
    await expectOver(...sessions);
    const { DataSource } = await import('typeorm');
    const [{ count } = { count: 0 }] = await app.get<DataSource>(DataSource).query<{ count: number }[]>(
      `SELECT count(*) FROM audit_trail_entries WHERE kind = 'session-ended' AND reason = $1
          AND subject = '${EMAIL}' AND actor = 'test' AND session_id = ANY ($2)`,
      [reason, sessions.map(({ uniqueId }) => uniqueId)],
    );
    expect(count).toBe(2);
    if (Object.keys(undoing).length > 0) await change(undoing);
  });

  it('continue, without the role, when the user only loses a role', async () => {
    const session = await login('role');
    const rolesOf = async (): Promise<readonly string[] | undefined> =>
      (await app.get(SessionPrincipalsService).userOf({ ...session, issued: 0, expires: IN_AN_HOUR }))?.roles;
    expect(await rolesOf()).toContain('RefreshToken-Read');
    await app.get(UsersService).withdraw(EMAIL, 'RefreshToken-Read', OPERATOR);
    expect(await rolesOf()).not.toContain('RefreshToken-Read');
    await redeem(session);
  });
});

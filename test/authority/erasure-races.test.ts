import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { JobsService } from '../../src/jobs/jobs.service.js';
import { SERVICE } from '../../src/kernel/origin.js';
import { LoginsService } from '../../src/sessions/logins.service.js';
import { RedemptionService } from '../../src/sessions/redemption.service.js';
import { ErasuresService } from '../../src/user-records/erasures.service.js';
import { UsersService } from '../../src/users/users.service.js';
import { startInProcess } from '../support/in-process.js';
import { the } from '../support/sessions.js';

const REPETITIONS = 25;
const ORIGIN = { address: '192.0.2.7', userAgent: 'agent of the person', requestId: null };

let app: INestApplicationContext;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ app, stop } = await startInProcess());
});
afterAll(() => stop());

const rowsOf = (sql: string): Promise<Record<string, unknown>[]> => app.get(DataSource).query(sql);

/** Starts the work after a random number of turns, so that statements of the other side may run first. */
async function somewhen<T>(work: () => Promise<T>): Promise<T | undefined> {
  for (let turns = Math.floor(Math.random() * 40); turns > 0; turns--) await new Promise(setImmediate);
  return work().catch(() => undefined);
}

describe('an erasure beside requests of the person', () => {
  it('leaves nothing: no session lives, and the trail does not name the person', async () => {
    const [users, logins, redemption] = [app.get(UsersService), app.get(LoginsService), app.get(RedemptionService)];
    const outcomes = new Set<boolean>();
    for (let n = 0; n < REPETITIONS; n++) {
      const email = `person${n}@example.com`;
      await users.add({ email, password: 'a passphrase of a person' }, SERVICE);
      const user = the((await users.find(email)) ?? undefined);
      const signIn = (clientId: string) => logins.begin({ user, clientId, amr: ['pwd'], origin: ORIGIN });
      const { refreshToken } = await signIn('phone');
      const received = { from: performance.now(), until: performance.now() };
      const isAbandoned = (): Promise<boolean> => Promise.resolve(false);
      const refreshing = somewhen(() =>
        redemption.redeem({ refreshToken, clientId: 'phone', origin: ORIGIN, received, isAbandoned }),
      );
      const entering = somewhen(() => signIn('web'));
      const sealing = somewhen(() => app.get(JobsService).run('audit-seal'));
      const [erased, ...others] = await Promise.all([
        somewhen(() => app.get(ErasuresService).erase(email, SERVICE)),
        refreshing,
        entering,
        sealing,
      ]);
      expect(erased).toBeDefined();
      outcomes.add(others[1] !== undefined);
    }
    await rowsOf(`UPDATE erasures SET created_on = created_on - interval '1 hour'`);
    expect(await app.get(JobsService).run('erasures')).toBe(REPETITIONS);
    expect([...outcomes].sort()).toEqual([false, true]);
    for (const table of ['users', 'refresh_tokens', 'audit_trail_entries', 'erasures'])
      expect(
        await rowsOf(`SELECT * FROM ${table} t WHERE t::text ~ 'person\\d+@|192\\.0\\.2\\.7|agent of the person'`),
      ).toEqual([]);
    await app.get(JobsService).run('audit-seal');
    const { AuditVerificationService } = await import('../../src/audit-trail/audit-verification.service.js');
    const verified = await app.get(AuditVerificationService).verify(undefined, () => undefined);
    expect(verified.findings).toEqual([]);
  }, 120_000);
});

describe('who last wrote the record of a user', () => {
  it('is the user after a change of the own password', async () => {
    const { OwnRowService } = await import('../../src/users/own-row.service.js');
    const users = app.get(UsersService);
    await users.add({ email: 'author@example.com', password: 'a passphrase of an author' }, SERVICE);
    const actor = { name: 'author@example.com', origin: ORIGIN };
    const changeOf = (): object => ({ mustResetPassword: true });
    await app.get(OwnRowService).change({ actor, hadCode: false, reason: 'edited', changeOf });
    expect((await users.find(actor.name))?.updatedBy).toBe(actor.name);
  });

  it('is the operator after an approval', async () => {
    await rowsOf(`UPDATE users SET roles = '{RefreshToken-Read}' WHERE email = 'author@example.com'`);
    const operator = { name: 'the operator', origin: ORIGIN };
    expect((await app.get(UsersService).approve('author@example.com', operator)).updatedBy).toBe(operator.name);
    expect((await app.get(UsersService).find('author@example.com'))?.updatedBy).toBe(operator.name);
  });
});

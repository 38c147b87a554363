import type { INestApplicationContext } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { startInProcess } from '../support/in-process.js';

let app: INestApplicationContext;
let stop: () => Promise<void>;
beforeAll(async () => {
  ({ app, stop } = await startInProcess());
});
afterAll(() => stop());

const sql = (text: string): Promise<unknown> => app.get(DataSource).query(text);
const CHANGES = `'[{"PropertyName":"Percent","OldValue":"1","NewValue":"2"}]'`;

async function verify(): Promise<string[]> {
  const { AuditVerificationService } = await import('../../src/audit-trail/audit-verification.service.js');
  const { findings } = await app.get(AuditVerificationService).verify(undefined, () => undefined);
  return findings.map(({ kind, seal }) => `${kind} ${seal}`);
}

/** Seals all events that have none, under a version of the seal: as an earlier release did with version 1. */
async function seal(version: number): Promise<number> {
  const { SealChainService } = await import('../../src/audit-trail/seal-chain.service.js');
  const { INSERT, LATEST, MEASURE } = await import('../../src/audit-trail/seal.statements.js');
  const { StatementsService } = await import('../../src/database/statements.service.js');
  const statements = app.get(StatementsService);
  const [last] = await statements.run(LATEST, { earlier: 0 });
  const [id, fromId] = [(last?.id ?? 0) + 1, (last?.toId ?? 0) + 1];
  const range = await statements.runForOne(MEASURE, { fromId, upTo: 1_000_000, limit: 1_000, version });
  const content = { ...range, id, version, fromId, previous: last?.link ?? '' };
  await statements.run(INSERT, { ...content, ...app.get(SealChainService).link(content) });
  return id;
}

describe('the seals of the audit trail', () => {
  it('of an earlier release stay valid, and new ones cover the resource and the changes of an event', async () => {
    const event = (resource: string, changes: string): string =>
      `INSERT INTO audit_trail_entries (kind, actor, record_ids, resource, changes)
        VALUES ('record-updated', 'ada', '{1}', ${resource}, ${changes})`;
    await sql(event('NULL', 'NULL'));
    const earlier = await seal(1);
    await sql(event(`'Coupon'`, CHANGES));
    const { SEAL_VERSION } = await import('../../src/audit-trail/sealed-columns.js');
    const latest = await seal(SEAL_VERSION);
    expect([earlier, await verify()]).toEqual([latest - 1, []]);
    for (const forged of [`resource = 'Voucher'`, `changes = '[]'`, 'changes = NULL']) {
      await sql(`UPDATE audit_trail_entries SET ${forged} WHERE resource IS NOT NULL`);
      expect([forged, await verify()]).toEqual([forged, [`range-changed ${latest}`]]);
      await sql(`UPDATE audit_trail_entries SET resource = 'Coupon', changes = ${CHANGES} WHERE resource IS NOT NULL`);
    }
    expect(await verify()).toEqual([]);
  });
});

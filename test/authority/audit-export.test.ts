import { runCli, type CommandResult } from '../support/cli.js';
import { basicOf } from '../support/client.js';
import { runSql } from '../support/run-sql.js';
import { Service } from '../support/service.js';
import { login } from '../support/sessions.js';

const FUTURE = '2999-01-01T00:00:00Z';

let service: Service;

/** The service is stopped while a command runs: the embedded database allows one process. */
function cli(args: readonly string[]): Promise<CommandResult> {
  return runCli(service.dataDir, args);
}

beforeAll(async () => {
  service = await Service.start();
  await login(service, 'none');
  await service.end();
  await runSql(
    service.dataDir,
    `INSERT INTO audit_trail_entries (kind, actor, reason, record_ids, created_on)
      SELECT 'record-read', U&'a\\202eb', 'of long ago', ARRAY[n, n + 1], now() - make_interval(hours => n % 1000)
      FROM generate_series(1, 12000) n`,
  );
});
afterAll(() => service.dispose());

describe('audit export', () => {
  it('prints every event since a time, in order, with the members of the search, across pages', async () => {
    const { stdout } = await cli(['audit', 'export', '--since', '2020-01-01T00:00:00Z']);
    const exported = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const rows = await runSql(service.dataDir, 'SELECT id FROM audit_trail_entries ORDER BY created_on, id');
    expect(exported.map(({ Id }) => Number(Id))).toEqual(rows.map(({ id }) => Number(id)));
    expect(exported.length).toBeGreaterThan(12_000);
    expect(stdout.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(exported[0]).toMatchObject({ Kind: 'record-read', Actor: 'a\u202eb', Reason: 'of long ago' });
    await service.resume();
    const last = exported.at(-1) as { Id: number; RecordIds: unknown };
    const { body } = await service
      .client(basicOf('admin'))
      .get(`/api/sys/audittrailentries?AuditTrailEntry_Id=${last.Id}`);
    expect(body.Records).toEqual([last]);
    await service.end();
    expect((await cli(['audit', 'export', '--since', FUTURE])).stdout).toBe('');
  });

  it('refuses an invalid time and an unknown kind', async () => {
    for (const [args, message] of [
      [['--since', 'yesterday'], 'It must be an existing date and time, such as 2030-01-31T12:00:00Z.'],
      [['--since', FUTURE, '--kind', 'ended'], 'Unknown: ended. The kinds of events are audit-damaged, '],
      [[], "required option '--since <time>' not specified"],
    ] as const) {
      const { code, stdout, stderr } = await cli(['audit', 'export', ...args]);
      expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining(message)]);
    }
  });
});

import type { Command } from 'commander';
import { JobsService } from '../jobs/jobs.service.js';
import type { Job } from '../jobs/job.js';
import type { JobRecord } from '../jobs/job-record.entity.js';
import { formatDateTime } from '../kernel/date-time.js';
import { formatTable } from './format-table.js';
import { say } from './operator.js';
import { withApplication } from './with-application.js';

/** `jobs list` and `run`. */
export function addJobCommands(program: Command): void {
  const jobs = program.command('jobs').description('What keeps the database tidy. The service runs them by itself.');
  jobs
    .command('list')
    .description('List the jobs, when they ran and what became of it.')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: true }) =>
      withApplication(async (app) => {
        const all = (await app.get(JobsService).list()).map(asJson);
        say(json ? JSON.stringify(all, null, 2) : formatTable(all));
      }),
    );
  jobs
    .command('run <name>')
    .description('Run a job now, due or not.')
    .option('--json', 'as JSON')
    .action((name: string, { json }: { json?: true }) =>
      withApplication(async (app) => {
        const rows = await app.get(JobsService).run(name);
        say(json ? JSON.stringify({ rows }) : `The job ${name} touched ${rows} ${rows === 1 ? 'row' : 'rows'}.`);
      }),
    );
}

function asJson({ job, record }: { job: Job; record: JobRecord | null }) {
  const time = (instant: Date | null | undefined): string | null => (instant ? formatDateTime(instant) : null);
  return {
    name: job.name,
    started: time(record?.startedOn),
    ended: time(record?.endedOn),
    due: time(record?.dueOn),
    rows: record?.rows ?? 0,
    failure: record?.failure ?? null,
    description: job.description,
  };
}

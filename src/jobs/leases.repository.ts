import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { statement } from '../database/statement.js';
import { StatementsService } from '../database/statements.service.js';
import { JobRecord } from './job-record.entity.js';

/** If a run does not renew its lease for this long, another process takes the job over. */
const HELD_FOR = `interval '2 minutes'`;

/** Takes the lease of a due job, unless another process runs the job. With `inAnyCase`, the job need not be due. */
const CLAIM = statement({
  name: 'job-claim',
  parameters: { name: 'text', holder: 'uuid', inAnyCase: 'boolean' },
  text: `INSERT INTO jobs AS j (name, due_on, holder, held_until, started_on)
    VALUES (:name, now(), :holder, now() + ${HELD_FOR}, now())
    ON CONFLICT (name) DO UPDATE SET holder = :holder, held_until = now() + ${HELD_FOR}, started_on = now(), rows = 0
      WHERE (j.due_on <= now() OR :inAnyCase::boolean) AND coalesce(j.held_until < now(), true)
    RETURNING name`,
});

/** Renews the lease of a run and adds the changed rows. Returns no row when another process has taken the job over. */
const GO_ON = statement({
  name: 'job-go-on',
  parameters: { name: 'text', holder: 'uuid', touched: 'bigint' },
  text: `UPDATE jobs SET held_until = now() + ${HELD_FOR}, rows = rows + :touched
    WHERE name = :name AND holder = :holder RETURNING name`,
});

/** Ends a run. `seconds` is the time until the next run is due, and `failure` says why the run failed, or is null. */
const END = statement({
  name: 'job-end',
  parameters: { name: 'text', holder: 'uuid', seconds: 'float8', failure: 'text?' },
  text: `UPDATE jobs SET holder = NULL, held_until = NULL, ended_on = now(), failure = :failure,
      due_on = now() + make_interval(secs => :seconds::float8)
    WHERE name = :name AND holder = :holder`,
});

/** A job, and the process that runs it. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
}

/** The end of a run: `seconds` is the time until the next run is due, and `failure` says why the run failed, or is null. */
export interface Ended {
  readonly seconds: number;
  readonly failure: string | null;
}

/** The leases of jobs: which process runs a job, and when it is due. */
@Injectable()
export class LeasesRepository {
  constructor(
    @InjectRepository(JobRecord) private readonly records: Repository<JobRecord>,
    private readonly statements: StatementsService,
  ) {}

  /** The state of each job that ran at least once. */
  list(): Promise<JobRecord[]> {
    return this.records.find();
  }

  /** Takes the lease of a due job. With `inAnyCase`, the job need not be due. False when another process runs the job. */
  async claim({ name, holder }: Lease, inAnyCase: boolean): Promise<boolean> {
    return (await this.statements.runForCount(CLAIM, { name, holder, inAnyCase })) > 0;
  }

  /** Renews a lease and adds the changed rows. False when another process has taken the job over. */
  async renew({ name, holder }: Lease, touched: number): Promise<boolean> {
    return (await this.statements.runForCount(GO_ON, { name, holder, touched })) > 0;
  }

  /** Ends a lease, unless another process has taken the job over. */
  end({ name, holder }: Lease, { seconds, failure }: Ended): Promise<unknown> {
    return this.statements.run(END, { name, holder, seconds, failure });
  }
}

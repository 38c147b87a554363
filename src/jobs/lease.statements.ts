import { statement } from '../database/statement.js';

/** If a run does not renew its lease for this long, another process takes the job over. */
const HELD_FOR = `interval '2 minutes'`;

/** Takes the lease of a due job, unless another process runs the job. With `inAnyCase`, the job need not be due. */
export const CLAIM = statement({
  name: 'job-claim',
  parameters: { name: 'text', holder: 'uuid', inAnyCase: 'boolean' },
  text: `INSERT INTO jobs AS j (name, due_on, holder, held_until, started_on)
    VALUES (:name, now(), :holder, now() + ${HELD_FOR}, now())
    ON CONFLICT (name) DO UPDATE SET holder = :holder, held_until = now() + ${HELD_FOR}, started_on = now(), rows = 0
      WHERE (j.due_on <= now() OR :inAnyCase::boolean) AND coalesce(j.held_until < now(), true)
    RETURNING name`,
});

/** Renews the lease of a run and adds the changed rows. Returns no row when another process has taken the job over. */
export const GO_ON = statement({
  name: 'job-go-on',
  parameters: { name: 'text', holder: 'uuid', touched: 'bigint' },
  text: `UPDATE jobs SET held_until = now() + ${HELD_FOR}, rows = rows + :touched
    WHERE name = :name AND holder = :holder RETURNING name`,
});

/** Ends a run. `seconds` is the time until the next run is due, and `failure` says why the run failed, or is null. */
export const END = statement({
  name: 'job-end',
  parameters: { name: 'text', holder: 'uuid', seconds: 'float8', failure: 'text?' },
  text: `UPDATE jobs SET holder = NULL, held_until = NULL, ended_on = now(), failure = :failure,
      due_on = now() + make_interval(secs => :seconds::float8)
    WHERE name = :name AND holder = :holder`,
});

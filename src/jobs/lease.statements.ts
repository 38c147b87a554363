import { statement } from '../database/statement.js';

/** A run that shows no sign of life for so long is taken over by another process. */
const HELD_FOR = `interval '2 minutes'`;

/** Takes a job that is due, or in any case when the caller says so, unless another process runs it. */
export const CLAIM = statement({
  name: 'job-claim',
  parameters: { name: 'text', holder: 'uuid', inAnyCase: 'boolean' },
  text: `INSERT INTO jobs AS j (name, due_on, holder, held_until, started_on)
    VALUES (:name, now(), :holder, now() + ${HELD_FOR}, now())
    ON CONFLICT (name) DO UPDATE SET holder = :holder, held_until = now() + ${HELD_FOR}, started_on = now(), rows = 0
      WHERE (j.due_on <= now() OR :inAnyCase::boolean) AND coalesce(j.held_until < now(), true)
    RETURNING name`,
});

/** Says that a run goes on, and how many rows it touched. No row when another process took it over. */
export const GO_ON = statement({
  name: 'job-go-on',
  parameters: { name: 'text', holder: 'uuid', touched: 'bigint' },
  text: `UPDATE jobs SET held_until = now() + ${HELD_FOR}, rows = rows + :touched
    WHERE name = :name AND holder = :holder RETURNING name`,
});

/** Ends a run: in how many seconds the next is due, and why it failed, or null. */
export const END = statement({
  name: 'job-end',
  parameters: { name: 'text', holder: 'uuid', seconds: 'float8', failure: 'text?' },
  text: `UPDATE jobs SET holder = NULL, held_until = NULL, ended_on = now(), failure = :failure,
      due_on = now() + make_interval(secs => :seconds::float8)
    WHERE name = :name AND holder = :holder`,
});

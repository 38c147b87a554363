import type { Statement } from '../database/statements.service.js';

/** A run that shows no sign of life for so long is taken over by another process. */
const HELD_FOR = `interval '2 minutes'`;

/** Takes a job that is due, or in any case when told so, unless another process runs it: $1 name, $2 process, $3 in any case. */
export const CLAIM: Statement = {
  name: 'job-claim',
  text: `INSERT INTO jobs AS j (name, due_on, holder, held_until, started_on) VALUES ($1, now(), $2, now() + ${HELD_FOR}, now())
    ON CONFLICT (name) DO UPDATE SET holder = $2, held_until = now() + ${HELD_FOR}, started_on = now(), rows = 0
      WHERE (j.due_on <= now() OR $3::boolean) AND coalesce(j.held_until < now(), true)
    RETURNING name`,
};

/** Says that a run goes on: $1 name, $2 process, $3 rows touched. No row when another process took it over. */
export const GO_ON: Statement = {
  name: 'job-go-on',
  text: `UPDATE jobs SET held_until = now() + ${HELD_FOR}, rows = rows + $3 WHERE name = $1 AND holder = $2 RETURNING name`,
};

/** Ends a run: $1 name, $2 process, $3 seconds until the next is due, $4 why it failed or null. */
export const END: Statement = {
  name: 'job-end',
  text: `UPDATE jobs SET holder = NULL, held_until = NULL, ended_on = now(), failure = $4,
      due_on = now() + make_interval(secs => $3::float8)
    WHERE name = $1 AND holder = $2`,
};

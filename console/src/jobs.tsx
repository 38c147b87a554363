import Chip from '@mui/material/Chip';
import TableCell from '@mui/material/TableCell';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import type { ReactElement } from 'react';
import { useService } from './access.js';
import { ConfirmedAct } from './confirmed.js';
import { tookMs, type Job } from './job.js';
import { numberText, ROUTES } from './live.js';
import { LiveTable } from './live-table.js';
import { TEXTS } from './texts.js';
import { durationText, Time } from './time.js';

const { jobs: T } = TEXTS;

/** The jobs, with their last runs. */
export function Jobs(): ReactElement {
  const { access } = useService();
  const mayRun = access.mayCall(ROUTES.run, 'post');
  return (
    <LiveTable<Job>
      {...{
        title: T.title,
        hint: T.hint,
        route: ROUTES.jobs,
        columns: [...Object.values(T.columns), ...(mayRun ? [T.run] : [])],
      }}
    >
      {(job) => <JobRow {...{ key: job.Name, job, mayRun }} />}
    </LiveTable>
  );
}

function JobRow({ job, mayRun }: { readonly job: Job; readonly mayRun: boolean }): ReactElement {
  const { Name: name, Description: description, Rows: rows, Failure: failure, DueOn: due, EndedOn: ended } = job;
  const took = tookMs(job);
  return (
    <TableRow hover>
      <TableCell component="th" scope="row" sx={{ minWidth: '14rem' }}>
        {name}
        <Typography variant="body2" color="textSecondary">
          {description}
        </Typography>
      </TableCell>
      <TableCell>
        <Time of={ended} />
      </TableCell>
      <TableCell>{took === undefined ? TEXTS.none : durationText(took)}</TableCell>
      <TableCell align="right">{numberText(rows)}</TableCell>
      <TableCell>
        <Time of={due} />
      </TableCell>
      <TableCell>
        <JobState job={job} />
        {failure !== null && (
          <Typography variant="body2" color="error" sx={{ overflowWrap: 'anywhere' }}>
            {failure}
          </Typography>
        )}
      </TableCell>
      {mayRun && (
        <TableCell>
          <ConfirmedAct
            {...{ label: T.run, name: T.runOf(name), title: T.confirm(name), content: description }}
            path={`${ROUTES.jobs}/${encodeURIComponent(name)}/run`}
            done={({ Rows: changed }) => (typeof changed === 'number' ? T.done(name, changed) : T.goesOn(name))}
          />
        </TableCell>
      )}
    </TableRow>
  );
}

function JobState({
  job: { IsRunning: isRunning, Failure: failure, EndedOn: ended },
}: {
  readonly job: Job;
}): ReactElement {
  const state = isRunning ? 'running' : failure !== null ? 'failed' : ended !== null ? 'ok' : 'never';
  const colour = ({ running: 'info', failed: 'error', ok: 'success', never: 'default' } as const)[state];
  return <Chip size="small" variant="outlined" color={colour} label={T.states[state]} />;
}

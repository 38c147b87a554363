import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import type { ReactElement } from 'react';
import { useService } from './access.js';
import { tookMs, type Job } from './job.js';
import { numberText, ROUTES, useLive } from './live.js';
import { SealTile, type State } from './seal.js';
import { TEXTS } from './texts.js';
import { Tile } from './tile.js';
import { durationText } from './time.js';

const { overview: T } = TEXTS;

/** What is true now, in a row of tiles. */
export function Tiles(): ReactElement {
  const { access } = useService();
  const { data: state } = useLive<State>(ROUTES.state);
  const live = state && numberText(state.LiveSessions);
  return (
    <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fit, minmax(11rem, 1fr))' }}>
      <Tile title={T.tiles.live} value={live && (state.IsEstimated ? T.about(live) : live)} isLarge />
      <SealTile />
      {access.mayCall(ROUTES.jobs) && <JobTile />}
      <Tile title={T.tiles.database} value={state && databaseText(state)}>
        {state &&
          numberText(state.DatabaseBytes / 2 ** 20, { style: 'unit', unit: 'megabyte', maximumFractionDigits: 0 })}
      </Tile>
      <Tile title={T.tiles.version} value={state?.Version} />
    </Box>
  );
}

function databaseText({ Database: kind, DatabaseVersion: version }: State): string {
  const number = /^[\d.]+/.exec(version)?.[0] ?? version;
  return `PostgreSQL ${number}${kind === 'embedded' ? `, ${T.embedded}` : ''}`;
}

function JobTile(): ReactElement {
  const { data: jobs } = useLive<readonly Job[]>(ROUTES.jobs);
  const [slowest] = (jobs ?? [])
    .filter((job) => tookMs(job) !== undefined)
    .sort((a, b) => (tookMs(b) ?? 0) - (tookMs(a) ?? 0));
  const failed = (jobs ?? []).filter(({ Failure: failure }) => failure !== null).map(({ Name: name }) => name);
  return (
    <Tile title={T.tiles.job} value={slowest ? <Link href="#/jobs">{slowest.Name}</Link> : jobs && T.noJobs}>
      {slowest && durationText(tookMs(slowest) ?? 0)}
      {failed.length > 0 && <Typography color="error">{`${T.tiles.failed}: ${failed.join(', ')}`}</Typography>}
    </Tile>
  );
}

import Alert from '@mui/material/Alert';
import AlertTitle from '@mui/material/AlertTitle';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactElement } from 'react';
import { useNotify } from 'react-admin';
import { useService } from './access.js';
import { linesOf } from './lines.js';
import { numberText, ROUTES, useLive } from './live.js';
import { TEXTS } from './texts.js';
import { Tile } from './tile.js';
import { durationText, Time } from './time.js';

const { seal: T } = TEXTS;
/** Seals are made each minute. Until then, an event without a seal is nothing to worry about. */
const WORTH_A_WORD_SECONDS = 180;

export interface State {
  readonly Version: string;
  readonly Database: 'embedded' | 'postgresql';
  readonly DatabaseVersion: string;
  readonly DatabaseBytes: number;
  readonly LiveSessions: number;
  readonly IsEstimated: boolean;
  readonly Trail: {
    readonly State: 'intact' | 'broken' | 'unverified';
    readonly CheckedOn: string | null;
    readonly Finding: string | null;
    readonly UnsealedSeconds: number;
  };
}

/** A line of a verification. The last has findings. */
interface Step {
  readonly Seals: number;
  readonly Of: number;
  readonly Events?: number;
  readonly Findings?: readonly object[];
}

/** Says that the trail was changed outside the service. It is not shown otherwise. */
export function BrokenSeal(): ReactElement | null {
  const { data } = useLive<State>(ROUTES.state);
  if (data?.Trail.State !== 'broken') return null;
  return (
    <Alert severity="error">
      <AlertTitle>{T.broken}</AlertTitle>
      {data.Trail.Finding} {T.todo}
    </Alert>
  );
}

/** Whether the trail is intact, and the button that verifies it. */
export function SealTile(): ReactElement {
  const { access } = useService();
  const { data } = useLive<State>(ROUTES.state);
  const { State: state = 'unverified', CheckedOn: checked, UnsealedSeconds: unsealed = 0 } = data?.Trail ?? {};
  return (
    <Tile title={T.title} value={data && <Verdict state={state} />}>
      {checked && (
        <div>
          {T.checked} <Time of={checked} />
        </div>
      )}
      {data && <div>{unsealed > WORTH_A_WORD_SECONDS ? T.unsealed(durationText(unsealed * 1000)) : T.sealed}</div>}
      {access.mayCall(ROUTES.verify, 'post') && <Verify />}
    </Tile>
  );
}

const COLOURS = { intact: 'success.main', broken: 'error.main', unverified: 'text.primary' } as const;
const MARKS = { intact: '✓ ', broken: '✗ ', unverified: '' } as const;

function Verdict({ state }: { readonly state: State['Trail']['State'] }): ReactElement {
  return (
    <Typography component="span" sx={{ font: 'inherit', color: COLOURS[state] }}>
      <span aria-hidden="true">{MARKS[state]}</span>
      {T.states[state]}
    </Typography>
  );
}

/** Verifies the trail, with the progress, until it ends or the user cancels it. */
function Verify(): ReactElement {
  const [done, setDone] = useState<number>();
  const abort = useRef<AbortController>(undefined);
  const [notify, queryClient] = [useNotify(), useQueryClient()];

  async function verify(): Promise<void> {
    const controller = (abort.current = new AbortController());
    setDone(0);
    try {
      const last = await stepsOf(controller.signal, ({ Seals: seals, Of: of }) => {
        setDone(of === 0 ? 100 : (100 * seals) / of);
      });
      if (last.Findings?.length === 0)
        notify(T.intact(numberText(last.Events ?? 0), numberText(last.Seals)), { type: 'success' });
    } catch (error) {
      notify(controller.signal.aborted ? T.cancelled : (error as Error).message, {
        type: controller.signal.aborted ? 'info' : 'error',
      });
    }
    setDone(undefined);
    await queryClient.invalidateQueries({ queryKey: ['live', ROUTES.state] });
  }

  if (done === undefined)
    return (
      <Button size="small" variant="outlined" sx={{ mt: 1 }} onClick={() => void verify()}>
        {T.verify}
      </Button>
    );
  return (
    <>
      <LinearProgress variant="determinate" value={done} aria-label={T.verifying} sx={{ my: 1 }} />
      <Button
        size="small"
        onClick={() => {
          abort.current?.abort();
        }}
      >
        {T.cancel}
      </Button>
    </>
  );
}

async function stepsOf(signal: AbortSignal, onStep: (step: Step) => void): Promise<Step> {
  let last: Step | undefined;
  for await (const line of linesOf(ROUTES.verify, { method: 'POST', signal })) {
    last = JSON.parse(line) as Step;
    onStep(last);
  }
  if (!last?.Findings) throw new Error(T.lost);
  return last;
}

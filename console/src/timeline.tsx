import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';
import { useTheme } from '@mui/material/styles';
import type { ReactElement } from 'react';
import { durationText, Time } from './time.js';
import type { Step, Story, Tone } from './story.js';
import { TEXTS } from './texts.js';

const { story: T } = TEXTS;
const HEIGHT = 56;
/** What matters most is drawn last, above the others. */
const RANK: readonly Tone[] = ['info', 'success', 'warning', 'error'];
/** A shorter pause between two steps is not worth a line. */
const PAUSE_MS = 60_000;

/** The session to scale: one mark for each step. The list below it says the same in words. */
export function Strip({ steps, until }: { readonly steps: readonly Step[]; readonly until: number }): ReactElement {
  const { palette } = useTheme();
  const start = Date.parse(steps[0]?.time ?? '');
  const end = Math.max(until, Date.parse(steps.at(-1)?.last ?? ''), start + 1);
  const x = (time: string): string => `${2 + (96 * (Date.parse(time) - start)) / (end - start)}%`;
  const ended = steps.find(({ tone }) => tone === 'error');
  const line = { y1: '50%', y2: '50%', x1: '2%', strokeWidth: 6, strokeLinecap: 'round' } as const;
  return (
    <svg role="img" aria-label={T.picture} width="100%" height={HEIGHT}>
      <line {...line} x2="98%" stroke={palette.divider} />
      <line {...line} x2={ended ? x(ended.time) : '98%'} stroke={palette.success.main} />
      {[...steps]
        .sort((one, other) => RANK.indexOf(one.tone) - RANK.indexOf(other.tone))
        .map(({ key, time, tone, headline }) => (
          <circle
            key={key}
            cx={x(time)}
            cy="50%"
            r={tone === 'error' ? 13 : 8}
            fill={palette[tone].main}
            stroke={palette.background.paper}
            strokeWidth={3}
          >
            <title>{headline}</title>
          </circle>
        ))}
    </svg>
  );
}

/** The steps, one below the other along a line. */
export function Steps({ steps, devices }: Pick<Story, 'steps' | 'devices'>): ReactElement {
  return (
    <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0 }}>
      {steps.map((step, n) => (
        <StepItem key={step.key} {...{ step, devices }} pause={pauseBefore(steps, n)} isLast={n === steps.length - 1} />
      ))}
    </Box>
  );
}

function pauseBefore(steps: readonly Step[], n: number): number {
  const [previous, step] = [steps[n - 1], steps[n]];
  return previous && step ? Date.parse(step.time) - Date.parse(previous.last) : 0;
}

const DOT = {
  position: 'absolute',
  left: 0,
  top: '0.0625rem',
  width: '1.5rem',
  height: '1.5rem',
  boxSizing: 'border-box',
  borderRadius: '50%',
};

interface Item {
  readonly step: Step;
  readonly devices: Story['devices'];
  readonly pause: number;
  readonly isLast: boolean;
}

function StepItem({ step, devices, pause, isLast }: Item): ReactElement {
  const placeOf = (address: string | null, agent: string | null): string =>
    [address, devices.get(agent ?? '') ?? agent].filter((text) => text !== null && text !== '').join(' · ');
  const { event, tone, count } = step;
  const line = { position: 'absolute', left: '0.6875rem', width: '2px', bgcolor: 'divider', content: '""' };
  return (
    <Box component="li" sx={{ position: 'relative', pl: 5, pb: isLast ? 0 : 2.5 }}>
      {!isLast && <Box sx={{ ...line, top: '0.75rem', bottom: '-0.5rem' }} />}
      <Box aria-hidden sx={{ ...DOT, border: 4, bgcolor: 'background.paper', borderColor: `${tone}.main` }} />
      {pause >= PAUSE_MS && (
        <Typography variant="caption" color="textSecondary" component="div">
          {T.gap(durationText(pause))}
        </Typography>
      )}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 1, alignItems: 'center' }}>
        <Typography component="h3" sx={{ fontWeight: 600 }}>
          {step.headline}
        </Typography>
        {count > 1 && <Chip size="small" label={T.times(count)} />}
        <Typography variant="body2" color="textSecondary">
          <Time of={step.time} />
        </Typography>
      </Box>
      {step.meaning !== '' && <Typography variant="body2">{step.meaning}</Typography>}
      {event && (
        <Typography variant="body2" color="textSecondary" sx={{ overflowWrap: 'anywhere' }}>
          {event.Kind === 'refreshed-elsewhere'
            ? T.moved(placeOf(event.LastAddress, event.LastUserAgent), placeOf(event.Address, event.UserAgent))
            : [event.Actor, placeOf(event.Address, event.UserAgent)].filter((text) => text !== '').join(' · ')}
        </Typography>
      )}
    </Box>
  );
}

import cliProgress from 'cli-progress';

const NOT_ON_A_TERMINAL_MS = 15_000;

/** Shows how many of the steps are done: a bar on a terminal, otherwise a line every 15 seconds. */
export function showProgress(total) {
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage} % · {eta_formatted} left · {step}',
    hideCursor: true,
    clearOnComplete: true,
    noTTYOutput: true,
    notTTYSchedule: NOT_ON_A_TERMINAL_MS,
    etaBuffer: 50,
  });
  bar.start(total, -1, { step: '' });
  return { next: (step) => bar.increment({ step }), stop: () => bar.stop() };
}

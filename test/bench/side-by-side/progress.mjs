import cliProgress from 'cli-progress';

const NOT_ON_A_TERMINAL_MS = 15_000;

/** Shows which of so many steps is done: a bar on a terminal, else a line now and then. */
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

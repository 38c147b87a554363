import cliProgress from 'cli-progress';
import { complain } from './operator.js';

const LINE_EVERY_MS = 5_000;

/** The progress of a long command, on stderr: a bar at a terminal, otherwise a line every five seconds. Stdout is only for the result. */
export class Progress {
  private readonly bar: cliProgress.SingleBar | undefined;
  private toldAt = performance.now();
  private done = 0;

  /**
   * @param what what the command does, such as `Ending sessions`
   * @param total the number of steps
   */
  constructor(
    private readonly what: string,
    private readonly total: number,
  ) {
    if (!process.stderr.isTTY) return;
    const format = `${what} {bar} {percentage}% | {value} of {total} | {eta_formatted} left`;
    this.bar = new cliProgress.SingleBar(
      { format, hideCursor: true, clearOnComplete: true, stream: process.stderr },
      cliProgress.Presets.shades_classic,
    );
    this.bar.start(total, 0);
  }

  /** Reports that this many more steps are done. */
  advance(steps: number): void {
    this.done += steps;
    this.bar?.update(Math.min(this.done, this.total));
    if (this.bar || performance.now() - this.toldAt < LINE_EVERY_MS) return;
    this.toldAt = performance.now();
    complain(`${this.what}: ${this.done} of ${this.total}.`);
  }

  /** Clears the bar. Call this also when the command fails. */
  stop(): void {
    this.bar?.stop();
  }
}

import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { withinTime } from '../observability/within-time.js';

/** How many notices wait. A notice has less than a kilobyte. */
const MOST_WAITING = 10_000;
const LIMIT_MS = 10_000;

/** What happened to a notice. */
export type Delivery = 'delivered' | 'failed' | 'dropped';

/** Delivers notices one after another, in later turns of the event loop, so that no request waits for them. */
export class NoticeQueue<Notice> {
  private readonly waiting: Notice[] = [];
  private running: Promise<void> | undefined;

  constructor(
    private readonly deliver: (notice: Notice) => void | Promise<void>,
    private readonly report: (delivery: Delivery, error?: Error) => void,
  ) {}

  /** Adds a notice. If too many wait, the notice is dropped. Never throws. */
  push(notice: Notice): void {
    if (this.waiting.length >= MOST_WAITING) {
      this.report('dropped');
      return;
    }
    this.waiting.push(notice);
    this.running ??= this.run();
  }

  /** Waits until every notice is delivered, or for the given milliseconds. */
  async drain(ms: number): Promise<void> {
    await Promise.race([this.running, pause(ms, undefined, { ref: false })]);
  }

  private async run(): Promise<void> {
    await nextTurn();
    for (let notice = this.waiting.shift(); notice !== undefined; notice = this.waiting.shift()) {
      const each = notice;
      try {
        await withinTime(
          Promise.resolve().then(() => this.deliver(each)),
          LIMIT_MS,
        );
        this.report('delivered');
      } catch (error) {
        this.report('failed', error as Error);
      }
    }
    this.running = undefined;
  }
}

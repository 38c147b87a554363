/** A reader that waits for a page. */
interface WaitingReader<Page> {
  /** The next page; undefined when the wait ended without one. Rejects when no page can be read. */
  readonly page: Promise<Page | undefined>;
  /** Ends the wait. */
  readonly leave: () => void;
}

interface Settlement<Page> {
  readonly resolve: (page?: Page) => void;
  readonly reject: (error: Error) => void;
}

/** Readers that wait for the same next page, each for a limited time, and no longer than its client stays connected. */
export class WaitingReaders<Page> {
  private readonly waiting = new Set<Settlement<Page>>();

  get size(): number {
    return this.waiting.size;
  }

  /** Adds a reader that waits this many milliseconds, unless its client disconnects before. */
  add(waitMs: number, signal: AbortSignal): WaitingReader<Page> {
    let settlement: Settlement<Page> | undefined;
    const page = new Promise<Page | undefined>((resolve, reject) => {
      settlement = { resolve, reject };
      this.waiting.add(settlement);
    });
    // It may fail while the reader still does something else.
    page.catch(() => undefined);
    const end = (): void => settlement?.resolve();
    const timer = setTimeout(end, waitMs);
    signal.addEventListener('abort', end, { once: true });
    const leave = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      if (settlement) this.waiting.delete(settlement);
    };
    return { page, leave };
  }

  /** Gives all readers their page; without one, ends their waits. */
  publish(page?: Page): void {
    for (const { resolve } of this.waiting) resolve(page);
  }

  /** Lets all waits fail. */
  fail(error: Error): void {
    for (const { reject } of this.waiting) reject(error);
  }
}

/** Work that keeps the database tidy, done by one process at a time in bounded batches. */
export interface Job {
  /** The name of the job in the metrics, in the log, and on the command line. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly description: string;
  /** How long after the end of a run the next run is due, in seconds. */
  readonly every: number;
  /** The most rows that one batch may change. A batch that finds fewer rows is the last batch of its run. */
  readonly batchSize: number;
  /** The most batches of a run before other jobs get their turn. If absent, or if an operator runs the job, there is no limit. */
  readonly batchesPerRun?: number;
  /** Runs one batch in its own transaction and returns how many rows it changed. It must be safe to run a batch twice. */
  batch(size: number): Promise<number>;
}

/** Work that keeps the database tidy, done by one process at a time in bounded batches. */
export interface Job {
  /** In the metrics, in the log, and on the command line. */
  readonly name: string;
  /** What it does, in a sentence. */
  readonly description: string;
  /** How long after one run the next is due, in seconds. */
  readonly every: number;
  /** Most rows that one batch may touch; a batch that finds fewer is the last of its run. */
  readonly batchSize: number;
  /** How many batches a run has at most before other jobs get their turn; as many as it needs when absent, or run by an operator. */
  readonly batchesPerRun?: number;
  /** Does one batch, as a transaction of its own, and says how many rows it touched. Doing it twice does no harm. */
  batch(size: number): Promise<number>;
}

/** A job as the API shows it. */
export interface Job {
  readonly Name: string;
  readonly Description: string;
  readonly IsRunning: boolean;
  readonly StartedOn: string | null;
  readonly EndedOn: string | null;
  readonly DueOn: string | null;
  readonly Rows: number;
  readonly Failure: string | null;
}

/** How long the last run took; undefined before the first run, and while one is under way. */
export function tookMs({ IsRunning: isRunning, StartedOn: started, EndedOn: ended }: Job): number | undefined {
  return isRunning || started === null || ended === null ? undefined : Date.parse(ended) - Date.parse(started);
}

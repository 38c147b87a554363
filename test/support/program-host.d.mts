/** A process in which a program runs. */
export interface ProgramProcess {
  readonly pid: number | undefined;
  /** Undefined while it runs; null when a signal ended it. */
  readonly exitCode: number | null | undefined;
  /** Resolves when this process itself listens on the port of the service. */
  readonly listening: Promise<void>;
  readonly ended: Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

export function runHosted(
  program: {
    readonly program: string;
    readonly args?: readonly string[];
    readonly env: NodeJS.ProcessEnv;
    readonly input?: string;
  },
  onOutput: (text: string, isError: boolean) => void,
): ProgramProcess;

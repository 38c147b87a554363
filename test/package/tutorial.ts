import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A step of the tutorial: a file to write, commands to run (also in the clone of Tessera), a server to start until `stop`, or what the last commands must have printed. */
export interface Step {
  readonly kind: 'file' | 'run' | 'clone' | 'start' | 'stop' | 'prints';
  /** The path of a file, or the URL at which a server is ready. */
  readonly subject: string;
  readonly text: string;
  /** Of its marker in the document. */
  readonly line: number;
}

const PAGE = join(import.meta.dirname, '../../docs/extending.md');
const STEP =
  /<!-- (?<kind>file:|run|clone|start|stop|prints)(?: (?<subject>\S+))? -->(?:\n\n```\w+\n(?<text>[^]*?)^```)?/gm;

/** The steps of docs/extending.md, in order. They use this port in place of 3000. */
export function tutorialSteps(port: number): Step[] {
  const page = readFileSync(PAGE, 'utf8');
  return [...page.matchAll(STEP)].map(({ groups = {}, index }) => {
    const { kind = '', subject = '', text = '' } = groups as Record<string, string | undefined>;
    const adapt = (source: string): string => source.replaceAll(/\b3000\b/g, String(port));
    return {
      kind: kind.replace(':', '') as Step['kind'],
      subject: adapt(subject),
      text: adapt(text),
      line: page.slice(0, index).split('\n').length,
    };
  });
}

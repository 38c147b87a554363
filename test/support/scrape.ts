import { the } from './sessions.js';

/** The answer of a metrics listener: the text, and the value of each series in it. */
export interface Scrape {
  readonly text: string;
  /** The value of a series, such as `tessera_x_total{outcome="ok"}`, in exactly this spelling; undefined when there is none. */
  value(series: string): number | undefined;
  /** The values of all labels except `le`. */
  readonly labels: readonly string[];
}

/** Reads the metrics at a port of this machine. */
export async function scrape(port: number): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`No metrics: ${response.status} ${text}`);
  return parse(text);
}

/** Reads the text format, and fails on any other text. */
export function parse(text: string): Scrape {
  const lines = text.split('\n').filter((line) => line !== '' && !/^# (HELP|TYPE) /.test(line));
  const samples = lines.map((line) => the(/^(?<series>\w+(\{.*\})?) (?<value>[-+\w.]+)$/.exec(line)?.groups));
  const values = new Map(samples.map(({ series = '', value }) => [series, Number(value)]));
  const labels = [...values.keys()].flatMap((series) => [...series.matchAll(/[{,](?!le=)\w+="(.*?)"/g)]);
  return { text, value: (series) => values.get(series), labels: labels.map(([, value = '']) => value) };
}

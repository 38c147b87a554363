import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { chart } from './chart.mjs';
import { ratio, summaries } from './statistics.mjs';

const HEADINGS = [
  '',
  'clients',
  'requests/s',
  'spread',
  'service ÷ this',
  'p50 ms',
  'p99 ms',
  'CPU ms',
  'of database',
  'statements',
  'trips',
  'WAL B',
  'MB',
];
const MEBIBYTE = 2 ** 20;

/** The figures of a run, in the order of measurement: each with its summary, and with the ratio of the service to it (`lead`). */
export function figuresOf(results) {
  return results.map((result) => {
    const service = results.find(({ scenario, clients }) => scenario === result.scenario && clients === result.clients);
    const lead = service === result ? undefined : ratio(service.rounds, result.rounds);
    return { ...result, ...summaries(result.rounds), lead };
  });
}

/** Writes `<name>.json` and `<name>.svg` into the folder and returns their paths. */
export function writeResults(folder, name, { figures, about }) {
  mkdirSync(folder, { recursive: true });
  const files = { json: join(folder, `${name}.json`), svg: join(folder, `${name}.svg`) };
  writeFileSync(files.json, `${JSON.stringify({ about, figures }, null, 2)}\n`);
  writeFileSync(files.svg, chart(figures, about));
  return Object.values(files);
}

/** The machine, in one line. */
export function machine() {
  const processors = cpus();
  return `${processors.length} × ${processors[0].model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
}

/** The table, for a terminal or for a Markdown document. */
export function table(figures, { markdown = false } = {}) {
  const rows = figures.map((figure) => rowOf(figure));
  const cells = [HEADINGS, ...rows];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const pad = (text, column) => (column === 0 ? text.padEnd(widths[column]) : text.padStart(widths[column]));
  const lines = cells.map((row) => row.map(pad));
  if (!markdown) return lines.map((line) => line.join('  ')).join('\n');
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [lines[0], rule, ...lines.slice(1)].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function rowOf({ scenario, name, clients, perSecond, lead, ...more }) {
  const { p50Ms, p99Ms, cpuMs, statements, roundTrips, walBytes, databaseCpuMs, residentBytes } = more;
  return [
    `${scenario}: ${name}`,
    String(clients),
    whole(perSecond.median),
    `${whole(perSecond.min)}–${whole(perSecond.max)}`,
    lead ? `${lead.median.toFixed(2)} × (${lead.min.toFixed(2)}–${lead.max.toFixed(2)})` : '',
    p50Ms.median.toFixed(2),
    p99Ms.median.toFixed(2),
    cpuMs.median.toFixed(3),
    databaseCpuMs ? databaseCpuMs.median.toFixed(3) : '',
    statements.median.toFixed(2),
    roundTrips.median.toFixed(2),
    walBytes ? whole(walBytes.median) : '',
    whole(residentBytes.median / MEBIBYTE),
  ];
}

function whole(number) {
  return Math.round(number).toLocaleString('en');
}

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const SCENARIOS = ['redeem', 'get-one', 'create', 'search'];
/** Scenarios that run by `--only` alone: only the service itself has them, and only `bench:compare` has sign-ins. */
const OWN = ['get-one-bound', 'sign-in'];
/** The warm-up lasts until the engine has compiled the hot code, and until whole pages after the checkpoint have been written. */
const FULL = { rounds: 5, seconds: 4, warmUpSeconds: 5 };
const QUICK = { rounds: 1, seconds: 0.5, warmUpSeconds: 0.5 };

const USAGE = `Options, after --:
  --quick              short rounds on small tables: a check that it runs, not for figures
  --only LIST          some of ${[...SCENARIOS, ...OWN].join(',')}
  --clients LIST       how many concurrent clients (1,16,64)
  --rounds N           rounds after the warm-up (${FULL.rounds})
  --seconds N          the length of a round (${FULL.seconds})
  --records N          how many tokens each database holds
  --baseline DIR       the service of another checkout, which is built, instead of the rivals
  --markdown           print the table for a document`;

/**
 * The options of the command line: `plan` for `measure` (`isNarrow` with `--only`), `records` (the usual number, or fewer with --quick), `isMarkdown`, and `baseline`, the
 * folder of another checkout. An unknown option ends the process.
 */
export function readOptions(records) {
  try {
    return parse(records);
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    return process.exit(1);
  }
}

function parse(usualRecords) {
  const text = { type: 'string' };
  const flag = { type: 'boolean', default: false };
  const numbers = { clients: text, rounds: text, seconds: text, records: text };
  const { values } = parseArgs({ options: { quick: flag, markdown: flag, only: text, baseline: text, ...numbers } });
  const usual = values.quick ? QUICK : FULL;
  const scenarios = values.only?.split(',') ?? SCENARIOS;
  const unknown = scenarios.find((scenario) => ![...SCENARIOS, ...OWN].includes(scenario));
  if (unknown !== undefined) throw new Error(`--only: there is no ${unknown}`);
  const clientCounts = (values.clients ?? '1,16,64').split(',').map((count) => positive('clients', count));
  const rounds = positive('rounds', values.rounds ?? usual.rounds);
  const seconds = positive('seconds', values.seconds ?? usual.seconds);
  const isNarrow = values.only !== undefined;
  const plan = {
    scenarios,
    isNarrow,
    clientCounts,
    rounds: Math.ceil(rounds),
    seconds,
    warmUpSeconds: usual.warmUpSeconds,
  };
  const records = values.quick ? usualRecords.quick : usualRecords.full;
  const baseline = values.baseline && resolve(values.baseline);
  if (baseline && !existsSync(join(baseline, 'dist/main.js'))) throw new Error(`--baseline: ${baseline} is not built`);
  return { plan, records: positive('records', values.records ?? records), isMarkdown: values.markdown, baseline };
}

function positive(name, text) {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name}: expected a number, got ${text}`);
  return number;
}

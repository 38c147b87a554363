import { performance } from 'node:perf_hooks';

const HISTORY_LENGTH = 40;
/** The same fault of the service often causes many violations. This many are enough to understand it. */
const VIOLATIONS_SHOWN = 20;

/** The last requests of one actor, with their answers. They are printed with a violation. */
export class History {
  #entries = [];

  constructor(name) {
    this.name = name;
  }

  note(text) {
    const last = this.#entries.at(-1);
    if (last?.text === text) last.times++;
    else this.#entries.push({ at: performance.now() / 1000, text, times: 1 });
    if (this.#entries.length > HISTORY_LENGTH) this.#entries.shift();
  }

  /** One line for each request, or for several equal requests in a row, with the second of the first answer. */
  lines() {
    return this.#entries.map(
      ({ at, text, times }) => `${at.toFixed(3)} ${text}${times > 1 ? ` (${times} times)` : ''}`,
    );
  }
}

/** The result of one scenario on one engine. */
export class Report {
  violations = [];
  /** Numbers that the table shows. */
  figures = { requests: 0, unanswered: 0 };
  #begun = performance.now();

  /** `budget`: the seconds that the scenario should take. */
  constructor(scenario, engine, budget) {
    Object.assign(this, { scenario, engine, budget });
  }

  progress() {
    const { requests, kills = 0 } = this.figures;
    const at = Math.round((performance.now() - this.#begun) / 1000);
    const counts = `${requests} requests, ${kills} kills, ${this.violations.length} violations`;
    return `${this.scenario} on ${this.engine}: ${at} of ${Math.round(this.budget)} s, ${counts}`;
  }

  count(name, by = 1) {
    this.figures[name] = (this.figures[name] ?? 0) + by;
  }

  /** Keeps the largest value. */
  worst(name, value) {
    this.figures[name] = Math.max(this.figures[name] ?? 0, value);
  }

  /** Records that the service broke a promise: the rule, what happened, and the history. */
  violate(rule, what, history) {
    const violation = { rule, what, actor: history?.name, history: history?.lines() ?? [] };
    this.violations.push(violation);
    if (this.violations.length <= VIOLATIONS_SHOWN) process.stderr.write(describe(this, violation));
  }

  end() {
    this.figures.seconds = Math.round((performance.now() - this.#begun) / 1000);
  }

  toJSON() {
    const { scenario, engine, figures, violations } = this;
    return { scenario, engine, figures, violations: violations.slice(0, VIOLATIONS_SHOWN), total: violations.length };
  }
}

function describe({ scenario, engine }, { rule, what, actor, history }) {
  const lines = history.map((line) => `    ${line}\n`).join('');
  return `\nVIOLATION ${scenario} on ${engine}: ${rule}: ${what}\n  ${actor ?? 'harness'}, its last requests:\n${lines}`;
}

/** The reports as an aligned table, followed by the figures of each scenario. */
export function table(reports) {
  const rows = reports.map(({ scenario, engine, figures, violations }) => {
    const { seconds, requests, unanswered, ...others } = figures;
    const rest = Object.entries(others).map(([name, value]) => `${name} ${Math.round(value * 100) / 100}`);
    return [scenario, engine, seconds, requests, unanswered, violations.length, rest.join(', ')].map(String);
  });
  const all = [['scenario', 'engine', 'seconds', 'requests', 'unanswered', 'violations', 'figures'], ...rows];
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The results of attackers, as rows of the table in docs/reliability.md. Empty when nobody attacked. */
export function attackersTable(reports) {
  const rows = reports
    .filter(({ figures }) => figures.thefts || figures.guesses)
    .map(({ scenario, engine, figures }) => {
      const of = (name) => (figures[name] ?? 0).toLocaleString('en');
      const foundOut = `${of('thefts_found_out')}, ${of('found_out_at_first_replay')} at the first replay`;
      const hangUps = `${of('hang_ups')}, ${of('hang_ups_dropped')} not judged`;
      const guesses = `${of('guesses_evaluated')} of ${of('guesses')}`;
      const name = engine === 'postgres' ? 'PostgreSQL' : engine;
      return [
        `\`${scenario}\``,
        name,
        of('thefts'),
        foundOut,
        of('replays_excused'),
        hangUps,
        of('gained_after_replay'),
        guesses,
      ];
    });
  if (rows.length === 0) return '';
  const head = [
    'scenario',
    'engine',
    'thefts',
    'found out',
    'excused',
    'hang-ups',
    'gained after a replay',
    'guesses evaluated',
  ];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

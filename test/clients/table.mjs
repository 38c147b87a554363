/** The tables of docs/clients.md. They stand between comments. The rest of the page is written by hand. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';

const PAGE = join(import.meta.dirname, '../../docs/clients.md');

const ACTS = {
  client: ['sign in', 'refresh', 'rotation kept', 'two concurrently', 'lost answer', 'revoke', 'introspect'],
  server: ['accepts', 'refuses a forged token', 'refuses a foreign audience', 'learns of an ended session'],
};
const HEADS = {
  client: ['client', 'version', 'how it names itself', 'setting', ...ACTS.client, 'watch out for'],
  server: ['resource server', 'version', 'setting', ...ACTS.server, 'watch out for'],
};

/** A row of results: `results` by act, `sent` from `summaryOf`. */
export function rowOf({ name, kind, setting, note }, { version, results, sent }) {
  const acts = ACTS[kind].map((act) => (results[act] === undefined ? '–' : results[act] === 'yes' ? 'yes' : 'no'));
  return [name, version, ...(kind === 'client' ? [sent] : []), setting, ...acts, note];
}

/** Puts the rows into the page, by the name of the client. A client that was not run keeps its row. */
export class Page {
  #text = readFileSync(PAGE, 'utf8');

  /** @param rows by kind, then by name */
  async with(rows, clients) {
    let text = this.#text;
    for (const kind of Object.keys(HEADS)) {
      const before = this.#rowsOf(kind);
      const names = clients.filter((client) => client.kind === kind).map(({ name }) => name);
      const table = [HEADS[kind], HEADS[kind].map(() => '---')];
      for (const name of names) table.push(rows.get(name) ?? before.get(name) ?? [name, 'not run']);
      const lines = table.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
      text = text.replace(region(kind), (_all, begin, _old, end) => `${begin}\n\n${lines}\n\n${end}`);
    }
    return prettier.format(text, { ...(await prettier.resolveConfig(PAGE)), parser: 'markdown' });
  }

  isSame(text) {
    return text === this.#text;
  }

  write(text) {
    writeFileSync(PAGE, text);
  }

  #rowsOf(kind) {
    const [, , table = ''] = region(kind).exec(this.#text) ?? [];
    const rows = table.trim().split('\n').slice(2);
    const cells = rows.map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
    return new Map(cells.map((row) => [row[0], row]));
  }
}

function region(kind) {
  return new RegExp(`(<!-- ${kind}s -->)(.*?)(<!-- end of ${kind}s -->)`, 's');
}

// Finds words that have a plainer one, in all that people read: code, comments, tests, documents, scripts. `npm run lint` runs it.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What not to write, and what to write instead. */
const WORDS = [
  [/\b(an|the|each|one|this|that) asking\b|\baskings\b/i, 'batch, query, request'],
  [/\bheld\b/i, 'locked, kept, open'],
  [/\bpass(es|ed|ing)? (it |them |those )?by\b/i, 'skip'],
  [/\bat once\b/i, 'immediately, or concurrently'],
  [/\b(is|are|was|were) over\b(?! \d)/i, 'expired, ended'],
  [/\b(told|tells?)\b/i, 'report, return, log, say'],
  [/\banew\b|\bagain and again\b/i, 'again, repeatedly'],
  [/\bdear(er|est)?\b/i, 'expensive'],
  [/\bof before\b|\bthe one before\b/i, 'previous'],
  [/\bmend(s|ed|ing)?\b/i, 'fix'],
  [/\b(would|must|may|will|might|could|should|for) else\b/i, 'otherwise'],
  [/\b(somebody|someone|whoever)\b/i, 'the client, the user, the caller, another process'],
  [/\bbefalls?\b|\bcomes of\b/i, 'happens to, causes'],
  [/\bovertak(e|es|en|ing)\b/i, 'superseded in flight'],
  [/\bthe journey\b/i, 'round trip'],
];
const READ = /\.(ts|mjs|js|md|sh|yml|cfg|conf|html)$|^\.ci\/run$|^\.env\.example$/;
/** This file; and texts that are history or are made from the code. */
const NOT_READ = /^\.ci\/words\.mjs$|^CHANGELOG\.md$|\/migrations\//;

const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n');
const found = files
  .filter((file) => READ.test(file) && !NOT_READ.test(file) && file.startsWith(process.argv[2] ?? ''))
  .flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, n) =>
        WORDS.flatMap(([word, instead]) => {
          const [match] = word.exec(line) ?? [];
          return match ? [`${file}:${n + 1}: "${match}": write ${instead}. ${line.trim().slice(0, 120)}`] : [];
        }),
      ),
  );
for (const line of found) console.error(line);
if (found.length > 0) {
  console.error(`\n${found.length} words have a plainer one.`);
  process.exitCode = 1;
}

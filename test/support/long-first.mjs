import Sequencer from '@jest/test-sequencer';

/** The files that take longest, many of them waiting; below `test/`. */
const LONG = [
  'authority/database-writer',
  'authority/judgement',
  'postgres/plans',
  'postgres/start',
  'postgres/balancer',
  'postgres/judgement',
  'api/large-pages',
  'authority/audit-verify',
  'authority/restored-ends',
  'authority/guessing',
  'postgres/crowds',
  'authority/throttle',
  'authority/keys',
  'api/cli',
  'postgres/pooler',
];

/** Starts the long files first: otherwise the run ends with one of them, while the other workers have nothing to do. */
export default class LongFirst extends Sequencer {
  /** The order in which the files start. */
  sort(tests) {
    const rankOf = ({ path }) => {
      const rank = LONG.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
      return rank < 0 ? LONG.length : rank;
    };
    return super.sort(tests).sort((a, b) => rankOf(a) - rankOf(b));
  }
}

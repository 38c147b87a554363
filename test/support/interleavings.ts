import fc from 'fast-check';
import { randomInt } from 'node:crypto';
import { JudgedSession } from './judged-session.js';
import type { Service } from './service.js';

/** What owners, thieves and the machine do with a session, step by step. */
type Step = (session: JudgedSession) => Promise<void>;
/** A step, with its name and arguments for the report of a failure. */
interface Named {
  readonly what: string;
  readonly act: Step;
}

/** Kinds of steps, and how often each is taken. */
type Weights = Readonly<Record<'present' | 'race' | 'hangUp' | 'use' | 'wait' | 'stall', number>>;

const MOST_STEPS = 12;
/** More sessions than there is time for. */
const MOST_SESSIONS = 500;
/** When a session has ended, this many steps check that the session stays ended. */
const AFTER_THE_END = 2;

const age = fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 4);
const at = fc.nat(1);

function step(name: string, argumentsOf: fc.Arbitrary<unknown[]>): fc.Arbitrary<Named> {
  return argumentsOf.map((values) => ({
    what: `${name}(${JSON.stringify(values).slice(1, -1)})`,
    act: (session) => (session[name as 'present'] as (...all: unknown[]) => Promise<void>).apply(session, values),
  }));
}

/** Any interleaving of steps. */
function interleavings(weights: Weights): fc.Arbitrary<Named[]> {
  const steps = {
    present: step('present', fc.tuple(age, at)),
    race: step('race', fc.tuple(fc.array(age, { minLength: 2, maxLength: 4 }))),
    hangUp: step('hangUp', fc.tuple(age, at, fc.constantFrom('half', 'close'))),
    use: step('use', fc.tuple(at)),
    wait: step('wait', fc.constant([])),
    stall: step('stall', fc.tuple(age, fc.nat(3), fc.boolean())),
  };
  const kinds = Object.entries(weights).map(([name, weight]) => ({ weight, arbitrary: steps[name as keyof Weights] }));
  return fc.array(fc.oneof(...kinds), { minLength: 2, maxLength: MOST_STEPS });
}

/**
 * Tries interleavings of steps, each on its own session, until the time has ended, in concurrent lanes. A failure reports the
 * seed and the steps that led to it.
 * @returns the number of steps that were taken
 */
export async function tryInterleavings(
  services: readonly Service[],
  { weights, lanes, milliseconds }: { weights: Weights; lanes: number; milliseconds: number },
): Promise<number> {
  const deadline = performance.now() + milliseconds;
  const seed = Number(process.env['TEST_SEED'] ?? randomInt(2 ** 31));
  let sessions = 0;
  let taken = 0;
  const play = async (steps: Named[]): Promise<void> => {
    const session = await JudgedSession.begin(services, `judged-${++sessions}`);
    let left = Infinity;
    for (const { act } of steps) {
      if (performance.now() > deadline || left === 0) return;
      await act(session);
      taken++;
      left = session.isAlive ? Infinity : Math.min(left, AFTER_THE_END + 1) - 1;
    }
  };
  const property = fc.asyncProperty(interleavings(weights), async (steps) => {
    if (performance.now() < deadline) await play(steps);
  });
  const reporter = (details: fc.RunDetails<[Named[]]>): void => {
    if (!details.failed) return;
    const what = details.counterexample?.[0].map((each) => each.what).join(', ');
    const cause = details.errorInstance instanceof Error ? details.errorInstance.message : '';
    throw new Error(`TEST_SEED=${details.seed} fails after ${details.numRuns} sessions: ${what}\n${cause}`);
  };
  const all = Array.from({ length: lanes }, (_, lane) =>
    // The time decides as well as the seed, so a smaller example would be a different run.
    fc.assert(property, { seed: seed + lane, numRuns: MOST_SESSIONS, endOnFailure: true, reporter }),
  );
  await Promise.all(all);
  return taken;
}

import { ValidateBy, type ValidationArguments } from 'class-validator';

/** The name that means full administrators, who need no role. */
export const ADMINISTRATOR = 'Administrator';

const ENTRY = /^([A-Za-z][\w.-]*)=(\d{1,10})$/;

/** A list of `ROLE=SECONDS`, each role once. The message names the first invalid entry. */
export function IsSecondsOfRoles(min: number, max: number): PropertyDecorator {
  return ValidateBy({
    name: 'isSecondsOfRoles',
    validator: {
      validate: (value) => faultOf(value, min, max) === undefined,
      defaultMessage: (found?: ValidationArguments) =>
        `expected ROLE=SECONDS, separated by commas, with seconds from ${min} to ${max}${faultOf(found?.value, min, max) ?? ''}`,
    },
  });
}

/** The roles and their seconds. */
export function secondsOfRoles(entries: readonly string[]): ReadonlyMap<string, number> {
  return new Map(entries.map((entry) => [entry.split('=')[0] ?? '', Number(entry.split('=')[1])]));
}

/** What is wrong with the first invalid entry, as the end of a sentence; undefined when all are valid. */
function faultOf(value: unknown, min: number, max: number): string | undefined {
  const seen = new Set<string>();
  for (const entry of Array.isArray(value) ? (value as string[]) : ['']) {
    const [, role, seconds] = ENTRY.exec(entry) ?? [];
    if (role === undefined) return entry === '' ? '; an entry is empty' : `; ${entry} is none`;
    if (Number(seconds) < min || Number(seconds) > max) return `; the seconds of ${role} are not`;
    if (seen.has(role)) return `; ${role} is there twice`;
    seen.add(role);
  }
  return undefined;
}

import { InvalidArgumentError } from 'commander';
import { DATE_TIME_FAULT, parseDateTime } from '../kernel/date-time.js';

/** The time that an option names. @throws InvalidArgumentError when it is none */
export function readTime(text: string): Date {
  const parsed = parseDateTime(text);
  if (!parsed) throw new InvalidArgumentError(`It ${DATE_TIME_FAULT}.`);
  return parsed.instant;
}

import { Expose, Transform } from 'class-transformer';
import { IsIn, IsInt, Matches, Max, Min } from 'class-validator';

/** A setting that is a whole number. `what` names the number in the message. */
export function wholeNumber(min: number, max: number, what: string): PropertyDecorator {
  const message = `expected ${what} from ${min} to ${max}`;
  return (target, key) => {
    Expose()(target, key);
    Transform(({ value }) =>
      typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : (value as unknown),
    )(target, key);
    for (const check of [IsInt({ message }), Min(min, { message }), Max(max, { message })]) check(target, key);
  };
}

/** A setting that is one of these words. */
export function oneOf(words: readonly string[]): PropertyDecorator {
  return (target, key) => {
    Expose()(target, key);
    IsIn(words, { message: `expected one of ${words.join(', ')}` })(target, key);
  };
}

/** A setting that is a list, separated by commas. */
export function commaSeparated(): PropertyDecorator {
  return (target, key) => {
    Expose()(target, key);
    Transform(({ value }) =>
      typeof value === 'string' ? value.split(',').map((part) => part.trim()) : (value as unknown),
    )(target, key);
  };
}

/** A setting that is an address to listen on. */
export function hostName(): PropertyDecorator {
  return (target, key) => {
    Expose()(target, key);
    Matches(/^[\w.:-]+$/, { message: 'expected a host name or an IP address' })(target, key);
  };
}

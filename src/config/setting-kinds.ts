import { Expose, Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

/** A whole number of `what`, from `min` to `max`. */
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

/** A list whose parts are separated by commas. */
export function commaSeparated(): PropertyDecorator {
  return (target, key) => {
    Expose()(target, key);
    Transform(({ value }) =>
      typeof value === 'string' ? value.split(',').map((part) => part.trim()) : (value as unknown),
    )(target, key);
  };
}

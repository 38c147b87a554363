import { ValidateBy, type ValidationOptions } from 'class-validator';

/** A text with at least this many different characters. A repeated character or short pattern is not a safe secret. */
export function IsVaried(characters: number, options: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && new Set(value).size >= characters;
  return ValidateBy({ name: 'isVaried', validator: { validate } }, options);
}

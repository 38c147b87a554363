import { ValidateBy, type ValidationOptions } from 'class-validator';

/** A text of at least so many different characters: one character repeated, or a short pattern, is no secret. */
export function IsVaried(characters: number, options: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown): boolean => typeof value === 'string' && new Set(value).size >= characters;
  return ValidateBy({ name: 'isVaried', validator: { validate } }, options);
}

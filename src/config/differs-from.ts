import { ValidateBy, type ValidationArguments, type ValidationOptions } from 'class-validator';

/** The value must differ from the value of the setting with this name. */
export function DiffersFrom(other: string, options: ValidationOptions): PropertyDecorator {
  const validate = (value: unknown, found?: ValidationArguments): boolean =>
    value !== (found?.object as Record<string, unknown>)[other];
  return ValidateBy({ name: 'differsFrom', validator: { validate } }, options);
}

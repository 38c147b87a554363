import { ValidateBy, type ValidationArguments, type ValidationOptions } from 'class-validator';

/** Scheme, host and port, as browsers write an origin. Apps in a web view have their own schemes, such as `capacitor:`. */
const ORIGIN = /^[a-z][a-z\d+.-]*:\/\/[^\s/?#@*\\]+$/;

/** A list of origins as browsers send them in `Origin` (RFC 6454, section 6.2). The message names the first invalid entry. */
export function IsOrigins(options: Omit<ValidationOptions, 'message'> = {}): PropertyDecorator {
  const faultsOf = (value: unknown): (string | undefined)[] => (Array.isArray(value) ? value.map(originFault) : ['']);
  return ValidateBy(
    {
      name: 'isOrigins',
      validator: {
        validate: (value) => faultsOf(value).every((fault) => fault === undefined),
        defaultMessage: (found?: ValidationArguments) =>
          `expected origins such as https://app.example.com, separated by commas${faultsOf(found?.value).find(Boolean) ?? ''}`,
      },
    },
    options,
  );
}

/** Why the text is not a valid origin, as the end of a sentence; undefined when it is valid. */
export function originFault(text: unknown): string | undefined {
  if (typeof text !== 'string' || text === '') return '; an entry is empty';
  if (text.includes('*')) return `; ${text} is a pattern: list each origin`;
  if (text === 'null') return '; null stands for every document without an origin, so it is refused';
  if (!ORIGIN.test(text)) return faultByUrl(text);
  const isWeb = /^https?:/.test(text);
  return isWeb && (!URL.canParse(text) || new URL(text).origin !== text) ? faultByUrl(text) : undefined;
}

/** Suggests the correct origin for a URL that has more than an origin, or whose spelling browsers do not use. */
function faultByUrl(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  return origin === 'null' ? `; ${text} is not an origin` : `; ${text} is not an origin: write ${origin}`;
}

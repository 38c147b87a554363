import { ID_FAULT, parseId, parseWhole, WHOLE_FAULT } from '../kernel/id.js';
import type { Filter } from './search.js';
import { textFault } from '../kernel/text.js';
import { readSearchDate, SEARCH_DATE_FAULT } from './search-dates.js';

/**
 * How a member is filtered. Text accepts a trailing `*`. Of a `part`, the member must contain the value, in any case. Secret text must match as a
 * whole and is never echoed.
 * @publicApi
 */
export type FilterKind = 'text' | 'part' | 'secret' | 'uuid' | 'id' | 'whole' | 'flag' | 'date-time';

/** A parameter of a search that filters by one member: how to read its value, and its documentation. */
export interface FilterParameter {
  /** Reads the value as a condition, or says why the value is invalid. */
  readonly read: (value: string) => { readonly fault: string } | { readonly filter: Filter };
  readonly secret?: boolean;
  readonly document: { readonly schema: object; readonly description: string };
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** The values that every filter accepts in addition (contract 1.6). */
const NULLS: ReadonlyMap<string, 'isNull' | 'isNotNull'> = new Map([
  ['null', 'isNull'],
  ['notnull', 'isNotNull'],
]);

/** The parameter that finds records whose member equals a value. `about` is documentation of the member. */
export function equalityFilter(member: string, kind: FilterKind, about?: string): FilterParameter {
  const read = READERS[kind];
  const { schema, description } = DOCUMENTS[kind];
  const document = { schema, description: about === undefined ? description : `${about} ${description}` };
  return {
    ...filterBy(member, (value) => read(member, value), document),
    ...(kind === 'secret' && { secret: true }),
  };
}

/** The parameters that find records whose date is not before, or not after, a value. Stored dates are whole seconds. */
export function rangeFilters(member: string): Readonly<Record<'from' | 'to', FilterParameter>> {
  const range = (operator: 'from' | 'to', description: string): FilterParameter => {
    const end = operator === 'from' ? 'first' : 'last';
    const read = (value: string): ReturnType<FilterParameter['read']> => {
      const named = readSearchDate(value);
      return named ? { filter: { member, operator, value: named[end] } } : { fault: SEARCH_DATE_FAULT };
    };
    return filterBy(member, read, { ...DOCUMENTS['date-time'], description });
  };
  return {
    from: range('from', 'At or after this time. A date without a time means midnight UTC.'),
    to: range(
      'to',
      'At or before this time. A time without seconds includes that whole minute; a date without a time, that whole day.',
    ),
  };
}

/** A filter that also accepts `null` and `notnull`. */
function filterBy(
  member: string,
  read: FilterParameter['read'],
  { schema, description }: FilterParameter['document'],
): FilterParameter {
  return {
    read: (value) => {
      const operator = NULLS.get(value);
      return operator ? { filter: { member, operator } } : read(value);
    },
    document: { schema, description: `${description} \`null\` means: is null. \`notnull\` means: is not null.` },
  };
}

const orNull = (...schemas: readonly object[]): object => ({
  anyOf: [...schemas, { type: 'string', enum: [...NULLS.keys()] }],
});

const DOCUMENTS: Readonly<Record<FilterKind, FilterParameter['document']>> = {
  text: {
    schema: { type: 'string' },
    description: 'Equal to this value. With a trailing `*`: begins with this value.',
  },
  part: { schema: { type: 'string' }, description: 'Contains this text, in upper or lower case.' },
  secret: { schema: { type: 'string' }, description: 'Equal to this value. The value is never logged.' },
  uuid: { schema: orNull({ type: 'string', format: 'uuid' }), description: 'Equal to.' },
  id: { schema: orNull({ type: 'integer', format: 'int64', minimum: 1 }), description: 'Equal to.' },
  whole: { schema: orNull({ type: 'integer', format: 'int64' }), description: 'Equal to.' },
  flag: { schema: { type: 'string', enum: ['true', 'false', ...NULLS.keys()] }, description: 'Equal to.' },
  'date-time': {
    schema: orNull({ type: 'string', format: 'date-time' }, { type: 'string', format: 'date' }),
    description: 'Equal to this time. A date without a time means midnight UTC.',
  },
};

const READERS: Readonly<Record<FilterKind, (member: string, value: string) => ReturnType<FilterParameter['read']>>> = {
  text: (member, value) => {
    if (value === '') return { fault: 'must not be empty' };
    const fault = textFault(value);
    if (fault) return { fault };
    return value.endsWith('*')
      ? { filter: { member, operator: 'beginsWith', value: value.slice(0, -1) } }
      : { filter: { member, operator: 'equals', value } };
  },
  // A `*` at the end, which clients may send as for a text, changes nothing.
  part: (member, value) => {
    const fault = value === '' ? 'must not be empty' : textFault(value);
    return fault ? { fault } : { filter: { member, operator: 'contains', value } };
  },
  secret: (member, value) => {
    const fault = value === '' ? 'must not be empty' : textFault(value);
    return fault ? { fault } : { filter: { member, operator: 'equals', value } };
  },
  uuid: (member, value) =>
    UUID.test(value)
      ? { filter: { member, operator: 'equals', value: value.toLowerCase() } }
      : { fault: 'must be a UUID' },
  id: (member, value) => {
    const id = parseId(value);
    return id === undefined ? { fault: ID_FAULT } : { filter: { member, operator: 'equals', value: id } };
  },
  whole: (member, value) => {
    const whole = parseWhole(value);
    return whole === undefined ? { fault: WHOLE_FAULT } : { filter: { member, operator: 'equals', value: whole } };
  },
  flag: (member, value) => {
    const flag = value.toLowerCase();
    if (flag !== 'true' && flag !== 'false') return { fault: 'must be true or false' };
    return { filter: { member, operator: 'equals', value: flag === 'true' } };
  },
  'date-time': (member, value) => {
    const named = readSearchDate(value);
    return named ? { filter: { member, operator: 'equals', value: named.first } } : { fault: SEARCH_DATE_FAULT };
  },
};

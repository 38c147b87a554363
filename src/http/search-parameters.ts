import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { DATE_TIME_FAULT, parseDateTime } from '../kernel/date-time.js';
import { ID_FAULT, parseId } from '../kernel/id.js';
import type { Filter, Search } from '../kernel/search.js';
import { textFault } from '../kernel/text.js';
import { attemptedValue, ValidationError, type MemberFailure } from '../kernel/validation-error.js';
import { decodePairs } from './percent-encoding.js';

/** How a member is filtered: text takes a trailing `*`; secret text is matched whole and never echoed. */
type FilterKind = 'text' | 'secret' | 'uuid' | 'id' | 'date-time';

/** What of a resource can be searched by and ordered by, in the contract's names. */
export interface SearchDefinition {
  readonly resource: string;
  readonly plural: string;
  /** Members that `<Resource>_<Member>` filters by equality. */
  readonly equality: Readonly<Record<string, FilterKind>>;
  /** Date members that `from_` and `to_` bound. */
  readonly ranges: readonly string[];
  /** Members that `orderBy` takes; the first is the default and breaks ties. */
  readonly orders: readonly [string, ...string[]];
}

const MAX_PAGE = 2 ** 31 - 1;
const MAX_SIZE = 10_000;
/** Whether each spelling means descending. */
const DIRECTIONS: ReadonlyMap<string, boolean> = new Map([
  ['0', false],
  ['ascending', false],
  ['1', true],
  ['-1', true],
  ['descending', true],
]);
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Either what a value means for the search, or what is wrong with it. */
type Reading = { readonly fault: string } | { readonly search: Partial<Search> } | { readonly filter: Filter };

interface Parameter {
  readonly name: string;
  readonly read: (value: string) => Reading;
  readonly secret?: boolean;
  readonly document: { readonly schema: object; readonly description: string };
}

/** The search that a request asks for, read and checked from its query (contract 1.6). */
export const SearchQuery = createParamDecorator((definition: SearchDefinition, context: ExecutionContext): Search => {
  const { url } = context.switchToHttp().getRequest<FastifyRequest>();
  return readSearch(definition, url.slice(url.indexOf('?') + 1 || url.length));
});

/** Documents every parameter of a search in the OpenAPI operation. */
export function ApiSearch(definition: SearchDefinition): MethodDecorator {
  return applyDecorators(
    ...parametersOf(definition).map(({ name, document: { schema, description } }) =>
      ApiQuery({ name, required: false, schema, description }),
    ),
  );
}

/**
 * Reads a query string. Names match without regard to case, and unknown ones are ignored; a known one that is repeated, or
 * written as an array or object, is refused rather than guessed at.
 * @throws ValidationError naming every parameter that failed
 */
function readSearch(definition: SearchDefinition, query: string): Search {
  const parameters = parametersOf(definition);
  const sent = new Map<string, { readonly values: string[]; isPlain: boolean }>();
  for (const [name, value] of decodePairs(query, 'The query')) {
    const key = name.toLowerCase();
    const plain = key.replace(/\[.*$/s, '');
    const given = sent.get(plain) ?? { values: [], isPlain: true };
    given.values.push(value);
    given.isPlain &&= plain === key;
    sent.set(plain, given);
  }
  const failures: MemberFailure[] = [];
  const filters: Filter[] = [];
  let search: Search = { page: 1, size: 25, orderBy: definition.orders[0], descending: false, filters };
  for (const { name, read, secret } of parameters) {
    const given = sent.get(name.toLowerCase());
    if (!given) continue;
    const [value = '', ...more] = given.values;
    const isSingle = given.isPlain && more.length === 0;
    const reading = isSingle ? read(value) : { fault: 'must be given once, as a single value' };
    if ('search' in reading) search = { ...search, ...reading.search };
    else if ('filter' in reading) filters.push(reading.filter);
    else {
      failures.push({
        AttemptedValue: secret ? null : attemptedValue(more.length > 0 ? given.values : value),
        Message: reading.fault,
        PropertyName: name,
      });
    }
  }
  if (failures.length > 0) throw new ValidationError(failures);
  return search;
}

const known = new WeakMap<SearchDefinition, readonly Parameter[]>();

function parametersOf(definition: SearchDefinition): readonly Parameter[] {
  const parameters = known.get(definition) ?? [
    ...pagingParameters(definition),
    ...Object.entries(definition.equality).map(([member, kind]) =>
      equalityParameter(definition.resource, member, kind),
    ),
    ...definition.ranges.flatMap((member) => rangeParameters(definition.resource, member)),
    { ...equalityParameter(definition.resource, 'Id', 'id'), name: 'Id' },
  ];
  known.set(definition, parameters);
  return parameters;
}

function pagingParameters({ orders }: SearchDefinition): Parameter[] {
  return [
    {
      name: 'page',
      read: (value) => within(value, MAX_PAGE, (page) => ({ page })),
      document: {
        schema: { type: 'integer', format: 'int32', minimum: 1, maximum: MAX_PAGE, default: 1 },
        description: 'Page, from 1.',
      },
    },
    {
      name: 'size',
      read: (value) => within(value, MAX_SIZE, (size) => ({ size })),
      document: {
        schema: { type: 'integer', format: 'int32', minimum: 1, maximum: MAX_SIZE, default: 25 },
        description: 'Records on a page.',
      },
    },
    {
      name: 'orderBy',
      read: (value) => {
        const orderBy = orders.find((member) => member.toLowerCase() === value.toLowerCase());
        return orderBy ? { search: { orderBy } } : { fault: `must be one of ${orders.join(', ')}` };
      },
      document: {
        schema: { type: 'string', enum: orders, default: orders[0] },
        description: `Member to order by; ties are broken by ${orders[0]}.`,
      },
    },
    {
      name: 'dir',
      read: (value) => {
        const descending = DIRECTIONS.get(value.toLowerCase());
        return descending === undefined
          ? { fault: 'must be 0 or ascending, or 1, -1 or descending' }
          : { search: { descending } };
      },
      document: {
        schema: { type: 'string', enum: ['0', '1', '-1', 'ascending', 'descending'], default: '0' },
        description: '`0` or `ascending`; `1`, `-1` or `descending`.',
      },
    },
  ];
}

function within(value: string, max: number, search: (n: number) => Partial<Search>): Reading {
  const number = parseId(value);
  if (number === undefined || number > max) return { fault: `must be a whole number from 1 to ${max}` };
  return { search: search(number) };
}

function equalityParameter(resource: string, member: string, kind: FilterKind): Parameter {
  return {
    name: `${resource}_${member}`,
    read: (value) => READERS[kind](member, value),
    ...(kind === 'secret' && { secret: true }),
    document: { schema: SCHEMAS[kind], description: DESCRIPTIONS[kind] },
  };
}

const SCHEMAS: Readonly<Record<FilterKind, object>> = {
  text: { type: 'string' },
  secret: { type: 'string' },
  uuid: { type: 'string', format: 'uuid' },
  id: { type: 'integer', format: 'int64', minimum: 1 },
  'date-time': { type: 'string', format: 'date-time' },
};

const DESCRIPTIONS: Readonly<Record<FilterKind, string>> = {
  text: 'Equal to; with a trailing `*`, begins with.',
  secret: 'Equal to. The value is never logged.',
  uuid: 'Equal to.',
  id: 'Equal to.',
  'date-time': 'Equal to.',
};

const READERS: Readonly<Record<FilterKind, (member: string, value: string) => Reading>> = {
  text: (member, value) => {
    if (value === '') return { fault: 'must not be empty' };
    const fault = textFault(value);
    if (fault) return { fault };
    return value.endsWith('*')
      ? { filter: { member, operator: 'beginsWith', value: value.slice(0, -1) } }
      : { filter: { member, operator: 'equals', value } };
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
  'date-time': (member, value) => {
    const parsed = readDateTime(value);
    return parsed ? { filter: { member, operator: 'equals', value: parsed.instant } } : { fault: DATE_TIME_FAULT };
  },
};

function rangeParameters(resource: string, member: string): Parameter[] {
  const range = (operator: 'from' | 'to', description: string): Parameter => ({
    name: `${operator}_${resource}_${member}`,
    read: (value) => {
      const parsed = readDateTime(value);
      if (!parsed) return { fault: DATE_TIME_FAULT };
      // Stored dates are whole seconds, so the last second of a minute closes it.
      const endOfMinute = operator === 'to' && parsed.toTheMinute ? 59_000 : 0;
      return { filter: { member, operator, value: new Date(parsed.instant.getTime() + endOfMinute) } };
    },
    document: { schema: SCHEMAS['date-time'], description },
  });
  return [range('from', 'At or after.'), range('to', 'At or before; with minutes only, to the end of that minute.')];
}

/** A `+` that was not percent-encoded arrives as a blank: before an offset it can mean nothing else. */
function readDateTime(value: string): ReturnType<typeof parseDateTime> {
  return parseDateTime(value.replace(/ (\d{2}(:?\d{2})?)$/, '+$1'));
}

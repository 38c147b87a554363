import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiQuery } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { parseId } from '../kernel/id.js';
import type { Filter, Search } from './search.js';
import { attemptedValue, ValidationError, type MemberFailure } from '../kernel/validation-error.js';
import { decodePairs } from '../http/percent-encoding.js';
import { equalityFilter, rangeFilters, type FilterKind, type FilterParameter } from './search-filters.js';

/**
 * The members by which a resource can be searched and ordered, by their contract names.
 * @publicApi
 */
export interface SearchDefinition {
  readonly resource: string;
  readonly plural: string;
  /** Members that `<Resource>_<Member>` compares for equality. */
  readonly equality: Readonly<Record<string, FilterKind>>;
  /** What `<Resource>_<Name>` compares that is no member of the record, and has no index. */
  readonly examined?: Readonly<Record<string, { readonly kind: FilterKind; readonly description: string }>>;
  /** Date members that `from_` and `to_` limit. */
  readonly ranges: readonly string[];
  /** Members that `orderBy` accepts. The first is the default and breaks ties. */
  readonly orders: readonly [string, ...string[]];
}

const MAX_PAGE = 2 ** 31 - 1;
const MAX_SIZE = 10_000;
/** The accepted spellings; the value is true for descending. */
const DIRECTIONS: ReadonlyMap<string, boolean> = new Map([
  ['0', false],
  ['ascending', false],
  ['1', true],
  ['-1', true],
  ['descending', true],
]);
/** Clients also filter by these members without the resource's name, if the resource has them (contract 1.6). */
const WITHOUT_PREFIX = ['Id', 'UniqueId'];

/** The meaning of a value for the search, or why the value is invalid. */
type Reading = ReturnType<FilterParameter['read']> | { readonly search: Partial<Search> };

interface Parameter extends Omit<FilterParameter, 'read'> {
  readonly name: string;
  readonly read: (value: string) => Reading;
}

/**
 * Injects the search of a request, read and validated from its query (contract 1.6).
 * @publicApi
 */
export const SearchQuery = createParamDecorator((definition: SearchDefinition, context: ExecutionContext): Search => {
  return searchOf(definition, context.switchToHttp().getRequest());
});

/** What a request searches for. It is read once for each request. @throws ValidationError naming every invalid parameter */
export function searchOf(definition: SearchDefinition, request: FastifyRequest): Search {
  const { url } = request;
  const search = searches.get(request) ?? readSearch(definition, url.slice(url.indexOf('?') + 1 || url.length));
  searches.set(request, search);
  return search;
}

const searches = new WeakMap<FastifyRequest, Search>();

/** Documents every parameter of a search in the OpenAPI operation. */
export function ApiSearch(definition: SearchDefinition): MethodDecorator {
  return applyDecorators(
    ...parametersOf(definition).map(({ name, document: { schema, description } }) =>
      ApiQuery({ name, required: false, schema, description }),
    ),
  );
}

/**
 * Reads a query string. Names match without regard to case, and unknown names are ignored. A known parameter that is repeated, or written
 * as an array or object, is refused: the service does not guess.
 * @throws ValidationError naming every invalid parameter
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
  const parameters = known.get(definition) ?? [...pagingParameters(definition), ...filterParameters(definition)];
  known.set(definition, parameters);
  return parameters;
}

/** Parameters with the resource's name come first. Failures are listed in this order. */
function filterParameters({ resource, equality, examined = {}, ranges }: SearchDefinition): Parameter[] {
  const equalities = Object.entries(equality).map(([member, kind]) => ({
    member,
    filter: equalityFilter(member, kind),
  }));
  return [
    ...equalities.map(({ member, filter }) => ({ ...filter, name: `${resource}_${member}` })),
    ...Object.entries(examined).map(([name, { kind, description }]) => ({
      ...equalityFilter(name, kind, description),
      name: `${resource}_${name}`,
    })),
    ...ranges.flatMap((member) =>
      Object.entries(rangeFilters(member)).map(([end, filter]) => ({
        ...filter,
        name: `${end}_${resource}_${member}`,
      })),
    ),
    ...equalities.flatMap(({ member, filter }) => (WITHOUT_PREFIX.includes(member) ? { ...filter, name: member } : [])),
  ];
}

function pagingParameters({ orders }: SearchDefinition): Parameter[] {
  return [
    {
      name: 'page',
      read: (value) => within(value, MAX_PAGE, (page) => ({ page })),
      document: {
        schema: { type: 'integer', format: 'int32', minimum: 1, maximum: MAX_PAGE, default: 1 },
        description: 'Number of the page, from 1.',
      },
    },
    {
      name: 'size',
      read: (value) => within(value, MAX_SIZE, (size) => ({ size })),
      document: {
        schema: { type: 'integer', format: 'int32', minimum: 1, maximum: MAX_SIZE, default: 25 },
        description: 'Number of records on a page.',
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
        description: `Member to order by. Ties are broken by ${orders[0]}.`,
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
        description: '`0` or `ascending`, or `1`, `-1` or `descending`.',
      },
    },
  ];
}

function within(value: string, max: number, search: (n: number) => Partial<Search>): Reading {
  const number = parseId(value);
  if (number === undefined || number > max) return { fault: `must be a whole number from 1 to ${max}` };
  return { search: search(number) };
}

import { insufficientScope } from '../../access/insufficient-scope.js';
import { attemptedValue, ValidationError } from '../../kernel/validation-error.js';
import type { SearchColumn } from '../find-page.js';
import type { FilterKind } from '../search-filters.js';
import type { SearchDefinition } from '../search-parameters.js';
import type { Filter, Search } from '../search.js';

/** A filter by something that is no member of the record and has no index: `RefreshToken_Address` is the filter `Address`. */
export interface ExaminedFilter extends SearchColumn {
  readonly kind: FilterKind;
  readonly description: string;
  /** The role that the filter needs beside that of the search: with it, clients can read what the filter compares. */
  readonly role: string;
}

interface Examining {
  readonly name: string;
  readonly examined: Readonly<Record<string, ExaminedFilter>>;
}

/** The filters as the documentation of a search has them. */
export function documented(examined: Examining['examined']): NonNullable<SearchDefinition['examined']> {
  return Object.fromEntries(
    Object.entries(examined).map(([name, { kind, role, description }]) => [
      name,
      { kind, description: `${description} Needs the role ${role}.` },
    ]),
  );
}

/** The filters of a search for which candidates are examined one by one. */
export function examinedIn({ examined }: Examining, { filters }: Search): readonly Filter[] {
  return filters.filter(({ member }) => member in examined);
}

/** Checks the roles that filters need: otherwise a user could guess what no answer shows. @throws AppError 403 for users without one */
export function demandRolesOfFilters(resource: Examining, search: Search, holds: (role: string) => boolean): void {
  for (const { member } of examinedIn(resource, search)) {
    const role = resource.examined[member]?.role;
    if (role !== undefined && !holds(role))
      throw insufficientScope(`${resource.name}_${member} needs the role ${role}.`);
  }
}

/** 400 for filters that would have to be compared with very many records. It names each of them. */
export function tooManyExamined({ name }: Examining, filters: readonly Filter[], most: number): ValidationError {
  return new ValidationError(
    filters.map((filter) => ({
      AttemptedValue: attemptedValue(sentValue(filter)),
      Message: `the other filters leave more than ${most.toLocaleString('en')} records: add a narrower one`,
      PropertyName: `${name}_${filter.member}`,
    })),
  );
}

/** The value of a filter as the client sent it. */
function sentValue(filter: Filter): unknown {
  if ('value' in filter) return filter.operator === 'beginsWith' ? `${String(filter.value)}*` : filter.value;
  return filter.operator === 'isNull' ? 'null' : 'notnull';
}

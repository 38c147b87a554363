import type { Searchable, SearchColumn } from '../find-page.js';
import type { FilterKind } from '../search-filters.js';
import type { SearchDefinition } from '../search-parameters.js';
import { COMMON_FILTERS, COMMON_RANGES } from './common-members.js';
import { DATE_TIME } from './member-kinds.js';
import { documented, type ExaminedFilter } from './examined-filters.js';
import type { MemberDeclaration } from './member-declarations.js';

/** What a search needs of a resource. */
interface Declared {
  readonly name: string;
  readonly plural: string;
  readonly table: string;
  /** The members of its own. */
  readonly members: readonly MemberDeclaration[];
  readonly all: readonly MemberDeclaration[];
  readonly examined: Readonly<Record<string, ExaminedFilter>>;
}

/** The parameters by which a resource can be searched and ordered: those of its own members, then those of all records. */
export function searchOf({ name: resource, plural, members, all, examined }: Declared): SearchDefinition {
  const own = inSearchOrder(members);
  const common = (names: readonly string[]): MemberDeclaration[] =>
    names.flatMap((name) => all.find((member) => member.name === name && !members.includes(member)) ?? []);
  const searched = (list: readonly MemberDeclaration[]): MemberDeclaration[] =>
    list.filter(({ options: { searchable } }) => searchable);
  const compared = searched([...own, ...common(COMMON_FILTERS)]).filter(({ options: { onlyRange } }) => !onlyRange);
  const ranges = searched([...own, ...common(COMMON_RANGES)]).filter(({ kind }) => kind === DATE_TIME);
  const ordered = [...own, ...all.filter((member) => !members.includes(member))].filter(
    ({ name, options: { orderable } }) => orderable && name !== 'Id',
  );
  return {
    resource,
    plural,
    equality: Object.fromEntries(compared.map((member) => [member.name, filterOf(member)])),
    examined: documented(examined),
    ranges: ranges.map(({ name }) => name),
    orders: ['Id', ...ordered.map(({ name }) => name)],
  };
}

/** The column of each member that a search may name. */
export function searchableOf({ table, all, examined }: Declared): Searchable {
  const columns = all.map(({ name, column, isRequired, options }): [string, SearchColumn] => {
    const { sql, indexed, isFlag, isList, isNullable = !isRequired } = options;
    return [
      name,
      {
        sql: sql === undefined ? `"${column}"` : `(${sql})`,
        ...(isNullable && { isNullable }),
        ...(indexed !== undefined && { indexed }),
        ...(isFlag && { isFlag }),
        ...(isList && { isList }),
      },
    ];
  });
  return { table: `"${table}"`, columns: { ...Object.fromEntries(columns), ...examined } };
}

function filterOf({ kind, options: { secret } }: MemberDeclaration): FilterKind {
  return secret ? 'secret' : kind.filter;
}

function inSearchOrder(members: readonly MemberDeclaration[]): MemberDeclaration[] {
  const order = [...members];
  for (const member of members) {
    const { searchedAfter } = member.options;
    if (searchedAfter === undefined) continue;
    order.splice(order.indexOf(member), 1);
    order.splice(order.findIndex(({ name }) => name === searchedAfter) + 1, 0, member);
  }
  return order;
}

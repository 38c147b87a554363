import {
  Column,
  Entity,
  ForeignKey,
  getMetadataArgsStorage,
  Index,
  PrimaryGeneratedColumn,
  Unique,
  VirtualColumn,
  type ColumnOptions,
} from 'typeorm';
import { NOW_SECOND } from '../../database/now-second.js';
import type { DeclaredResource } from './declared-resource.js';
import { LONGEST_INDEXED } from './member-faults.js';
import type { MemberDeclaration } from './member-declarations.js';

const THIS_SECOND = (): string => NOW_SECOND;

/** How the columns of common members differ from what their kind says. */
const COMMON: Readonly<Record<string, ColumnOptions>> = {
  UniqueId: { update: false },
  CreatedOn: { insert: false, update: false, default: THIS_SECOND },
  UpdatedOn: { insert: false, default: THIS_SECOND },
};

const entities = new WeakSet();

/**
 * Makes the class of a resource an entity of TypeORM: `@InjectRepository(Coupon)` injects its repository, and `migrations generate` compares it
 * with the database. Dates are whole seconds at rest, and texts are ordered by their bytes, like those of refresh tokens. A member with a
 * decorator of TypeORM keeps its column.
 */
export function makeEntity({ type, table, all, isReadOnly }: DeclaredResource<object>): void {
  if (entities.has(type)) return;
  entities.add(type);
  const prototype = type.prototype as object;
  const { columns } = getMetadataArgsStorage();
  const hasColumn = new Set(columns.filter(({ target }) => target === type).map(({ propertyName }) => propertyName));
  Entity(table)(type);
  if (!isReadOnly) {
    Unique(`${table}_unique_id_key`, ['UniqueId'])(type);
    Index(`${table}_created_on`, ['CreatedOn', 'Id'])(type);
  }
  for (const member of all) {
    const { name, column, kind, rules, options, isRequired } = member;
    if (hasColumn.has(name) || options.of) continue;
    if (name === 'Id') {
      PrimaryGeneratedColumn('identity', { type: 'bigint', name: 'id', generatedIdentity: 'BY DEFAULT' })(
        prototype,
        name,
      );
      continue;
    }
    const { sql } = options;
    if (sql !== undefined) {
      VirtualColumn({ type: kind.sql, query: (alias) => `${alias}.${sql}` })(prototype, name);
      continue;
    }
    Column({
      type: kind.sql,
      name: column,
      nullable: !isRequired,
      ...(kind.sql === 'text' && { collation: 'C' }),
      ...COMMON[name],
    })(prototype, name);
    if (options.unique) Unique(`${table}_${column}_key`, [name])(type);
    if (isIndexed(member)) Index(`${table}_${column}`, [name, 'Id'])(type);
    if (rules.to) ForeignKey(rules.to, { name: `${table}_${column}_fkey` })(prototype, name);
  }
}

/** A unique member has the index of its constraint. */
function isIndexed({ kind, rules, options }: MemberDeclaration): boolean {
  const { searchable = false, orderable = false, unique = false, index } = options;
  if (index === false || unique) return false;
  return (searchable || orderable) && (kind.sql !== 'text' || (rules.longest ?? 0) <= LONGEST_INDEXED);
}

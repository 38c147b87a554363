import {
  Column,
  Entity,
  ForeignKey,
  Index,
  PrimaryGeneratedColumn,
  Unique,
  VirtualColumn,
  type ColumnOptions,
} from 'typeorm';
import { IS_NEW, type DeclaredResource } from './declared-resource.js';
import { LONGEST_INDEXED } from './member-faults.js';
import type { MemberDeclaration } from './member-declarations.js';

const THIS_SECOND = (): string => "date_trunc('second', now())";

const COMMON: Readonly<Record<string, ColumnOptions>> = {
  UniqueId: { type: 'uuid', name: 'unique_id', update: false },
  UpdatedBy: { type: 'text', name: 'updated_by', collation: 'C' },
  CreatedOn: { type: 'timestamptz', name: 'created_on', insert: false, update: false, default: THIS_SECOND },
  UpdatedOn: { type: 'timestamptz', name: 'updated_on', insert: false, default: THIS_SECOND },
};

const entities = new WeakSet();

/**
 * Makes the class of a resource an entity of TypeORM: `@InjectRepository(Coupon)` injects its repository, and `migrations generate` compares it
 * with the database. Dates are whole seconds at rest, and texts are ordered by their bytes, like those of refresh tokens.
 */
export function makeEntity({ type, table, writable }: DeclaredResource): void {
  if (entities.has(type)) return;
  entities.add(type);
  const prototype = type.prototype as object;
  Entity(table)(type);
  PrimaryGeneratedColumn('identity', { type: 'bigint', name: 'id', generatedIdentity: 'BY DEFAULT' })(prototype, 'Id');
  for (const [name, options] of Object.entries(COMMON)) Column(options)(prototype, name);
  VirtualColumn({ type: 'boolean', query: (alias) => `${alias}.${IS_NEW}` })(prototype, 'IsNew');
  Unique(`${table}_unique_id_key`, ['UniqueId'])(type);
  Index(`${table}_created_on`, ['CreatedOn', 'Id'])(type);
  for (const member of writable) {
    const { name, column, kind, rules, options, isRequired } = member;
    Column({
      type: kind.sql,
      name: column,
      nullable: !isRequired,
      ...(kind.sql === 'text' && { collation: 'C' }),
    })(prototype, name);
    if (options.unique) Unique(`${table}_${column}_key`, [name])(type);
    if (isIndexed(member)) Index(`${table}_${column}`, [name, 'Id'])(type);
    if (rules.to) ForeignKey(rules.to, { name: `${table}_${column}_fkey` })(prototype, name);
  }
}

/** A unique member has the index of its constraint. */
function isIndexed({ kind, rules, options }: MemberDeclaration): boolean {
  const { searchable = false, orderable = false, unique = false } = options;
  return (searchable || orderable) && !unique && (kind.sql !== 'text' || (rules.longest ?? 0) <= LONGEST_INDEXED);
}

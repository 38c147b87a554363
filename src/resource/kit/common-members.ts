import { columnOf, type MemberDeclaration, type ShownOptions } from './member-declarations.js';
import { DATE_TIME, FLAG, REFERENCE, TEXT, UUID, type MemberKind } from './member-kinds.js';

/** How many characters of a text without a short limit an index has, and an order compares. */
const INDEXED = 512;

/** SQL: whether a record is less than 24 hours old (contract 1.1). */
export const IS_NEW = `created_on > now() - interval '24 hours'`;

/** A member that only the service sets. */
export function shownMember(name: string, kind: MemberKind, options: ShownOptions): MemberDeclaration {
  const { column = columnOf(name), required = true } = options;
  return { name, column, kind, rules: {}, isRequired: required, options: { index: false, ...options } };
}

/** The one common member that clients may set. */
export const SYSTEM_ID: MemberDeclaration = {
  name: 'SystemId',
  column: 'system_id',
  kind: TEXT,
  rules: { longest: 4_000 },
  isRequired: false,
  options: {
    ...{ searchable: true, orderable: true, index: false, indexed: INDEXED },
    ...{ required: false, description: 'Free text of an external system.', example: 'crm-4711' },
  },
};

const TIME: ShownOptions = { searchable: true, onlyRange: true, orderable: true, example: '2025-01-15T10:30:00Z' };
const NOTHING: ShownOptions = { schema: { type: 'null' }, example: null, of: () => null };

/** The members that every record has after those of its resource, in their order (contract 1.1). */
export const COMMON: readonly MemberDeclaration[] = [
  shownMember('Id', REFERENCE, { searchable: true, orderable: true, example: 87_654_321 }),
  shownMember('UpdatedOn', DATE_TIME, TIME),
  shownMember('CreatedOn', DATE_TIME, TIME),
  shownMember('UniqueId', UUID, {
    ...{ searchable: true, orderable: true },
    ...{ example: '01946983-4c40-7c3a-9b1e-3d5f8a7b6c4d', description: 'UUID version 7.' },
  }),
  shownMember('UpdatedBy', TEXT, {
    ...{ searchable: true, orderable: true, example: 'admin@example.com' },
    description: 'E-mail of the user who last wrote the record, or `client:` and the name of a client.',
  }),
  shownMember('IsNew', FLAG, {
    ...{ orderable: true, isFlag: true, sql: IS_NEW },
    ...{ example: true, description: 'Whether the record is less than 24 hours old.' },
  }),
  SYSTEM_ID,
  shownMember('ToStringText', TEXT, { orderable: true, indexed: INDEXED }),
  shownMember('LocalizationDetails', TEXT, NOTHING),
  shownMember('CustomFields', TEXT, NOTHING),
];

/** The parameters of a search that compare common members have this order. */
export const COMMON_FILTERS = [SYSTEM_ID.name, 'UniqueId', 'UpdatedBy', 'Id'];
/** The parameters of a search that limit common dates have this order. */
export const COMMON_RANGES = ['CreatedOn', 'UpdatedOn'];

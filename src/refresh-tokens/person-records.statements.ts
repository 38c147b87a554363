import { audited, recordFacts } from '../audit/audited.js';
import { rowOf, statement } from '../database/statement.js';
import { IS_NEW } from '../resource/kit/common-members.js';
import type { Row } from '../resource/kit/row.js';
import { RECORD } from './record.statements.js';

/** SQL: the ids of the next records on a condition. */
const nextIds = (condition: string): string =>
  `ARRAY(SELECT id FROM refresh_tokens WHERE ${condition} AND id > :after ORDER BY id LIMIT :limit)`;

/** The records of a person after an Id: as the subject, or as the client, whose name is by default the e-mail of the user. */
export const RECORDS_OF = statement({
  name: 'record-of-person',
  parameters: { email: 'text', after: 'bigint', limit: 'bigint' },
  returns: rowOf<Row & { readonly id: number }>(),
  text: `SELECT ${RECORD} FROM (SELECT t.*, t.${IS_NEW} AS is_new FROM refresh_tokens t
      WHERE id = ANY (${nextIds('subject = :email')} || ${nextIds('client_id = :email')})
    ) t ORDER BY id LIMIT :limit`,
});

/** SQL: locks the ids of some records on a condition. */
const locked = (condition: string): string =>
  `ARRAY(SELECT id FROM refresh_tokens WHERE ${condition} AND NOT issued ORDER BY id LIMIT :limit FOR UPDATE)`;

/** Deletes records of a subject that are no sessions. */
export const DELETE_OF = audited({
  name: 'record-delete-of-person',
  parameters: { email: 'text', limit: 'bigint' },
  returns: rowOf<{ id: number }>(),
  act: `DELETE FROM refresh_tokens t WHERE id = ANY (${locked('subject = :email')})
    RETURNING ${recordFacts('t')}, false AS ended`,
  columns: 'id',
});

/** Replaces the name of a client in records of other subjects that are no sessions. */
export const REPLACE_CLIENT = statement({
  name: 'record-replace-client',
  parameters: { email: 'text', pseudonym: 'text', limit: 'bigint' },
  text: `UPDATE refresh_tokens SET client_id = :pseudonym WHERE id = ANY (${locked('client_id = :email')}) RETURNING id`,
});

import { rowOf, statement } from '../database/statement.js';

/** No request that began before an erasure still writes after this time. */
const SECOND_LOOK_AFTER = `interval '15 minutes'`;

/** Notes an erasure, and returns when it was made. */
export const ADD_ERASURE = statement({
  name: 'erasure-add',
  parameters: { pseudonym: 'text', sealedName: 'text' },
  returns: rowOf<{ createdOn: Date }>(),
  text: `INSERT INTO erasures (pseudonym, sealed_name) VALUES (:pseudonym, :sealedName) RETURNING created_on AS "createdOn"`,
});

/** The oldest erasure whose second look is due. */
export const DUE_ERASURE = statement({
  name: 'erasure-due',
  returns: rowOf<{ pseudonym: string; sealedName: string }>(),
  text: `SELECT pseudonym, sealed_name AS "sealedName" FROM erasures WHERE created_on < now() - ${SECOND_LOOK_AFTER}
    ORDER BY created_on LIMIT 1`,
});

/** Forgets an erasure. */
export const FORGET_ERASURE = statement({
  name: 'erasure-forget',
  parameters: { pseudonym: 'text' },
  text: 'DELETE FROM erasures WHERE pseudonym = :pseudonym',
});

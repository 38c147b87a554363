import { rowOf, statement } from '../database/statement.js';

/** A cutoff that names a person. */
export interface NamingCutoff {
  readonly subject: string | null;
  readonly clientId: string | null;
  readonly issuedBefore: Date | null;
  readonly reason: string;
  readonly actor: string;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly createdOn: Date;
}

/** The cutoffs of a person's sessions, and those that the person made. The table is nearly always empty. */
export const CUTOFFS_NAMING = statement({
  name: 'session-cutoffs-naming',
  parameters: { email: 'text' },
  returns: rowOf<NamingCutoff>(),
  text: `SELECT subject, client_id AS "clientId", issued_before AS "issuedBefore", reason, actor, address,
      user_agent AS "userAgent", created_on AS "createdOn"
    FROM session_cutoffs WHERE subject = :email OR actor = :email ORDER BY id`,
});

/** Replaces the name in them, and the address and user agent of requests of the person. The sessions of the person have ended already. */
export const ERASE_CUTOFFS = statement({
  name: 'session-erase-cutoffs',
  parameters: { email: 'text', pseudonym: 'text' },
  text: `UPDATE session_cutoffs SET subject = CASE WHEN subject = :email THEN :pseudonym::text ELSE subject END,
      actor = CASE WHEN actor = :email THEN :pseudonym::text ELSE actor END,
      address = CASE WHEN actor = :email THEN NULL ELSE address END,
      user_agent = CASE WHEN actor = :email THEN NULL ELSE user_agent END
    WHERE subject = :email OR actor = :email RETURNING id`,
});

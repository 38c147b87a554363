import { Logger } from '@nestjs/common';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { secretsOf } from '../../database/migration-secrets.js';
import { SERVICE } from '../../kernel/origin.js';
import { isPeppered, PasswordSealsService } from '../password-seals.service.js';
import { signedColumns, UserSealsService, type SignedUser } from '../user-seals.service.js';

const AT_ONCE = 1_000;

/**
 * Signs the present users of a database of version 0.1. This is done only once. If a row has a MAC, or a password hash has a pepper, it was
 * done before, and another run may be an attack. A pepper cannot be removed without the secret.
 */
export class AdoptUsers1796000004001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const logger = new Logger('Migrations');
    const seals = new UserSealsService(secretsOf(runner));
    const users = await usersOf(runner);
    if (users.every((user) => seals.isGenuine(user))) return;
    if (users.some(({ mac, passwordHash }) => mac !== null || isPeppered(passwordHash))) {
      logger.warn('Users were signed before, and are not signed again: see "users list" and "users approve".');
      return;
    }
    for (let from = 0; from < users.length; from += AT_ONCE) {
      const some = users.slice(from, from + AT_ONCE);
      await runner.query(
        `UPDATE users u SET mac = n.mac FROM unnest($1::text[], $2::text[]) AS n (email, mac) WHERE u.email = n.email`,
        [some.map(({ email }) => email), some.map((user) => seals.sign(user))],
      );
    }
    await runner.query(
      `INSERT INTO audit_trail_entries (kind, actor, reason, subject, record_ids)
        SELECT 'user-changed', $1, 'signed-at-upgrade', email, '{}' FROM users`,
      [SERVICE.name],
    );
    logger.warn(
      `Signed ${users.length} users as they are: this happens once, when a database of version 0.1 is upgraded.`,
    );
  }

  /** Removes the peppers, which the previous version cannot read. The rows stay signed until the column of the MACs is dropped. */
  async down(runner: QueryRunner): Promise<void> {
    const pepper = new PasswordSealsService(secretsOf(runner));
    const seals = new UserSealsService(secretsOf(runner));
    for (const user of await usersOf(runner)) {
      const phc = isPeppered(user.passwordHash) ? pepper.open(user.passwordHash) : undefined;
      if (!phc) continue;
      const mac = seals.isGenuine(user) ? seals.sign({ ...user, passwordHash: phc }) : user.mac;
      await runner.query('UPDATE users SET password_hash = $2, mac = $3 WHERE email = $1', [user.email, phc, mac]);
    }
  }
}

/** Locks the rows, so that no other transaction changes them while they are signed. */
function usersOf(runner: QueryRunner): Promise<SignedUser[]> {
  return runner.query(`SELECT ${signedColumns('u')} FROM users u ORDER BY u.email FOR UPDATE`) as Promise<SignedUser[]>;
}

import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a user has as a record of the API. New code writes UUIDs of version 7. The default is for a user that the previous version adds while this
 * migration is in use beside it. TypeORM takes the plain function, without `greatest`, for a column whose values it makes.
 */
export class DescribeUsers1797000005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users
        ADD COLUMN id         bigserial CONSTRAINT users_id_key UNIQUE,
        ADD COLUMN unique_id  uuid NOT NULL DEFAULT greatest(gen_random_uuid()) CONSTRAINT users_unique_id_key UNIQUE,
        ADD COLUMN full_name  text COLLATE "C",
        ADD COLUMN system_id  text COLLATE "C",
        ADD COLUMN updated_by text COLLATE "C" NOT NULL DEFAULT 'service',
        ADD COLUMN updated_on timestamptz NOT NULL DEFAULT date_trunc('second', now())`);
    // The first 48 bits of version 7 are the time. Version 4 becomes version 7 by two more bits.
    await runner.query(`
      UPDATE users SET unique_id = encode(set_bit(set_bit(overlay(uuid_send(unique_id)
        PLACING substring(int8send(floor(extract(epoch FROM created_on) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users
        DROP COLUMN id, DROP COLUMN unique_id, DROP COLUMN full_name, DROP COLUMN system_id,
        DROP COLUMN updated_by, DROP COLUMN updated_on`);
  }
}

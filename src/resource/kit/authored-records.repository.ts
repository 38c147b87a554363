import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { DeclaredResource } from './declared-resource.js';

/** A record, and when it was last written. */
export interface AuthoredRecord {
  readonly id: number;
  readonly updatedOn: Date;
}

/** The records that a user wrote last, of any resource. Their statements are few and rare, so they are not prepared. */
@Injectable()
export class AuthoredRecordsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The next records after an Id that a user wrote last. */
  async after(
    id: number,
    { table }: DeclaredResource<object>,
    author: string,
    limit: number,
  ): Promise<AuthoredRecord[]> {
    const rows = await this.dataSource.query<{ id: number | string; updatedOn: Date }[]>(
      `SELECT id, updated_on AS "updatedOn" FROM "${table}" WHERE updated_by = $1 AND id > $2 ORDER BY id LIMIT $3`,
      [author, id, limit],
    );
    return rows.map(({ id: recordId, updatedOn }) => ({ id: Number(recordId), updatedOn }));
  }

  /** Replaces the name of an author in at most `limit` records, and returns how many it changed. */
  async replace({ table }: DeclaredResource<object>, author: string, by: string, limit: number): Promise<number> {
    const [, count] = await this.dataSource.query<[unknown, number]>(
      `UPDATE "${table}" SET updated_by = $1
        WHERE id = ANY (ARRAY(SELECT id FROM "${table}" WHERE updated_by = $2 ORDER BY id LIMIT $3 FOR UPDATE))`,
      [by, author, limit],
    );
    return count;
  }
}

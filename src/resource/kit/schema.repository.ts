import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { StatementsService } from '../../database/statements.service.js';
import { COLUMNS_OF_TABLES } from './schema.statements.js';

/** What the database and the entities have of the tables of resources. */
@Injectable()
export class SchemaRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: StatementsService,
  ) {}

  /** The columns of each of these tables that exists. */
  async columnsOf(tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const found = await this.statements.run(COLUMNS_OF_TABLES, { tables });
    return new Map(found.map(({ table, columns }) => [table, columns]));
  }

  /** The classes of the entities that have a table. */
  entitiesOf(table: string): readonly (string | object)[] {
    return this.dataSource.entityMetadatas.filter(({ tableName }) => tableName === table).map(({ target }) => target);
  }
}

import { Injectable } from '@nestjs/common';
import type { Pool, PoolClient } from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import { poolOf } from './driver-internals.js';
import { isConnectionBroken, isRolledBack, throwOutcomeUnknown } from './database-failures.js';
import { isPooled } from './server-pool.js';
import { valuesInOrder, type Statement } from './statement.js';

/** The most attempts, in total, for a statement that the database rolled back or whose connection broke. */
const ATTEMPTS = 3;
/** A statement that fails after a longer time is not tried again, because its request has waited long enough. */
const REPEATED_WITHIN_MS = 5_000;

/**
 * Runs prepared statements. Without a manager, each statement is its own transaction; with a manager, it runs in the manager's transaction.
 */
@Injectable()
export class StatementsService {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Runs a statement with these values and returns its rows. Outside a transaction, a statement that the database rolled back for a
   * deadlock or a serialization failure is run again. An idempotent statement is also run again when its connection broke, because after a
   * restart of the server the pool is full of dead connections. After a broken connection, no failure says that nothing was written.
   */
  async run<Given extends object, Row>(
    statement: Statement<Given, Row>,
    given: NoInfer<Given>,
    manager?: EntityManager,
  ): Promise<Row[]> {
    const values = valuesInOrder(statement, given);
    const client = (await manager?.queryRunner?.connect()) as PoolClient | undefined;
    if (client) return this.send(client, statement, values);
    let mayBeDone = false;
    for (let attempt = 1; ; attempt++) {
      const begun = performance.now();
      try {
        return await this.send(this.pool, statement, values);
      } catch (error) {
        const isWorthwhile = isRolledBack(error) || (statement.isIdempotent && isConnectionBroken(error));
        const isLate = performance.now() - begun > REPEATED_WITHIN_MS;
        mayBeDone ||= isConnectionBroken(error);
        if (isWorthwhile && !isLate && attempt < ATTEMPTS) continue;
        if (mayBeDone) throwOutcomeUnknown(error);
        throw error;
      }
    }
  }

  /** The one row that a statement always returns. */
  async runForOne<Given extends object, Row>(
    statement: Statement<Given, Row>,
    given: NoInfer<Given>,
    manager?: EntityManager,
  ): Promise<Row> {
    const row = await this.runForFirst(statement, given, manager);
    if (!row) throw new Error(`The statement ${statement.name} returned no row.`);
    return row;
  }

  /** The first row that a statement returns; undefined when it returns none. */
  async runForFirst<Given extends object, Row>(
    statement: Statement<Given, Row>,
    given: NoInfer<Given>,
    manager?: EntityManager,
  ): Promise<Row | undefined> {
    const [row] = await this.run(statement, given, manager);
    return row;
  }

  /** The number of rows that a statement returns. */
  async runForCount<Given extends object, Row>(
    statement: Statement<Given, Row>,
    given: NoInfer<Given>,
    manager?: EntityManager,
  ): Promise<number> {
    return (await this.run(statement, given, manager)).length;
  }

  /**
   * A pooler may send the next statement to another connection, where it is not prepared. So through a pooler, statements have no names.
   */
  private async send<Given, Row>(
    to: Pool | PoolClient,
    { name, text, isPrepared }: Statement<Given, Row>,
    values: unknown[],
  ): Promise<Row[]> {
    const query = isPrepared && !isPooled(this.pool) ? { name, text, values } : { text, values };
    const { rows } = await to.query(query);
    return rows as Row[];
  }

  private get pool(): Pool {
    const pool = poolOf(this.dataSource);
    if (!pool) throw new Error('The database connection is closed.');
    return pool;
  }
}

import { DataSource } from 'typeorm';
import { STATEMENTS } from '../../src/database/statement.js';
import { sqlTypeOf } from '../../src/database/named-parameters.js';
import { startInProcess } from '../support/in-process.js';

/** The names that PostgreSQL prints for types with several names. */
const NAMES: Readonly<Record<string, string>> = {
  int: 'integer',
  float8: 'double precision',
  timestamptz: 'timestamp with time zone',
};

it('PostgreSQL accepts every statement, and infers the declared types of its parameters', async () => {
  const { app, stop } = await startInProcess();
  try {
    const differences: string[] = [];
    await app.get(DataSource).transaction(async (manager) => {
      for (const { name, text, parameters } of STATEMENTS.values()) {
        // PostgreSQL prepares no statement that changes the schema.
        if (text.startsWith('DROP ')) continue;
        await manager.query(`PREPARE "test of ${name}" AS ${text}`);
        const [prepared] = await manager.query<{ types: string }[]>(
          `SELECT parameter_types::text AS types FROM pg_prepared_statements WHERE name = 'test of ${name}'`,
        );
        const declared = Object.values(parameters).map((type) => {
          const [, base = '', array = ''] = /^(\w+)(\[\])?$/.exec(sqlTypeOf(type)) ?? [];
          return `${NAMES[base] ?? base}${array}`;
        });
        const inferred = (prepared?.types ?? '').replaceAll(/[{}"]/g, '');
        if (inferred !== declared.join(',')) differences.push(`${name}: ${inferred}, declared ${declared.join(',')}`);
      }
    });
    expect(STATEMENTS.size).toBeGreaterThan(60);
    expect(differences).toEqual([]);
  } finally {
    await stop();
  }
});

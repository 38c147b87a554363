import type { DataSource, QueryRunner } from 'typeorm';
import type { Secrets } from '../kernel/key-ring.js';

const secrets = new WeakMap<DataSource, Secrets>();

/** Lets the migrations that run on this data source derive keys: they run before there is any service. */
export function lendSecrets(dataSource: DataSource, lent: Secrets | undefined): void {
  if (lent) secrets.set(dataSource, lent);
}

/** The secrets lent to a data source. */
export function lentTo(dataSource: DataSource): Secrets | undefined {
  return secrets.get(dataSource);
}

/** The secrets for a migration that runs. @throws Error when none were lent to its data source */
export function secretsOf({ dataSource }: QueryRunner): Secrets {
  const lent = secrets.get(dataSource);
  if (!lent) throw new Error('This migration derives keys: lend its data source the secrets first.');
  return lent;
}

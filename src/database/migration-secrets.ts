import type { DataSource, QueryRunner } from 'typeorm';
import type { Secrets } from '../kernel/key-ring.js';

const secrets = new WeakMap<DataSource, Secrets>();

/** Gives the migrations of this data source the secrets to derive keys from. Migrations run before any service exists. */
export function lendSecrets(dataSource: DataSource, lent: Secrets | undefined): void {
  if (lent) secrets.set(dataSource, lent);
}

/** The secrets that were given to a data source. */
export function lentTo(dataSource: DataSource): Secrets | undefined {
  return secrets.get(dataSource);
}

/** The secrets for a running migration. @throws Error when its data source was given none */
export function secretsOf({ dataSource }: QueryRunner): Secrets {
  const lent = secrets.get(dataSource);
  if (!lent) throw new Error('This migration derives keys: lend its data source the secrets first.');
  return lent;
}

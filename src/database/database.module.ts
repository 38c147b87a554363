import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { Settings } from '../config/settings.js';
import { connectionOptions } from './connection-options.js';
import { EngineSource } from './engine-source.js';
import { lendSecrets } from './migration-secrets.js';
import { migrate } from './migrate.js';
import { NoticesService } from './notices.service.js';
import { StatementsService } from './statements.service.js';
import { whenDatabaseAnswers } from './when-database-answers.js';
import type { Secrets } from '../kernel/key-ring.js';

/**
 * A feature's part of the database.
 * @publicApi
 */
export interface DatabaseFeature {
  readonly entities: Type[];
  readonly migrations: Type<MigrationInterface>[];
}

/**
 * The features add to this set when their modules are declared, so this file names no feature. TypeORM collects entities in the same way.
 */
const migrations = new Set<Type<MigrationInterface>>();

/**
 * The connection to the database. A feature declares its entities and migrations with `forFeature`.
 * @publicApi
 */
@Module({})
export class DatabaseModule {
  /** Opens the database that the settings name, and migrates it before any other code uses it. */
  static forRoot(): DynamicModule {
    let secrets: Secrets | undefined;
    const connection = TypeOrmModule.forRootAsync({
      inject: [Settings, { token: EngineSource, optional: true }],
      useFactory: async (settings: Settings, engine?: EngineSource) => {
        secrets = settings;
        // Nest's own retries would not log the reason, nor how long they continue.
        return { ...(await connectionOptions(settings, engine)), autoLoadEntities: true, toRetry: () => false };
      },
      dataSourceFactory: (options) =>
        whenDatabaseAnswers(() => open({ ...options, migrations: [...migrations] } as DataSourceOptions, secrets)),
    });
    return {
      module: DatabaseModule,
      global: true,
      imports: [connection],
      providers: [StatementsService, NoticesService],
      exports: [StatementsService, NoticesService],
    };
  }

  /** The names of all migrations that are declared so far. @internal */
  static migrationNames(): string[] {
    return [...migrations].map(({ name }) => name);
  }

  /** Declares entities, whose repositories can then be injected, and the migrations that make their tables. */
  static forFeature(feature: DatabaseFeature): DynamicModule {
    for (const migration of feature.migrations) migrations.add(migration);
    return TypeOrmModule.forFeature(feature.entities);
  }
}

/** Connects to the database and migrates it. */
async function open(options: DataSourceOptions, secrets: Secrets | undefined): Promise<DataSource> {
  const dataSource = new DataSource(options);
  lendSecrets(dataSource, secrets);
  await dataSource.initialize();
  try {
    await migrate(dataSource);
    return dataSource;
  } catch (error) {
    await dataSource.destroy();
    throw error;
  }
}

import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { StderrLog } from './stderr-log.js';

/**
 * Runs a command's work with the services of the application, on its database, without its HTTP server.
 * @throws SettingsError, FolderInUseError, an error of the database when it cannot be opened, and every error of the work
 */
export async function withApplication(work: (app: INestApplicationContext) => Promise<void>): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: new StderrLog(), abortOnError: false });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

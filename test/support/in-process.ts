import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IMAGE } from './fixtures.mjs';

/** The services of the application in this process, without HTTP: for what only code can bring about at a moment of choice. */
export async function startInProcess(): Promise<{ app: INestApplicationContext; stop: () => Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  cpSync(IMAGE, dataDir, { recursive: true });
  process.env['DATA_DIR'] = dataDir;
  const { AppModule } = await import('../../src/app.module.js');
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'], abortOnError: false });
  const stop = async (): Promise<void> => {
    await app.close();
    rmSync(dataDir, { recursive: true, force: true });
  };
  return { app, stop };
}

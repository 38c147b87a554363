import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { deleteData, newData, settingsOf } from './data.js';

/** The services of the application in this process, without HTTP: for tests that call code at a chosen moment. */
export async function startInProcess(
  data: string | Promise<string> = newData(),
): Promise<{ app: INestApplicationContext; dataDir: string; stop: () => Promise<void> }> {
  const dataDir = await data;
  Object.assign(process.env, settingsOf(dataDir));
  const { AppModule } = await import('../../src/app.module.js');
  const { Settings } = await import('../../src/config/settings.js');
  const service = AppModule.with(Settings.load());
  const app = await NestFactory.createApplicationContext(service, { logger: ['error', 'warn'], abortOnError: false });
  const stop = async (): Promise<void> => {
    await app.close();
    await deleteData(dataDir);
  };
  return { app, dataDir, stop };
}

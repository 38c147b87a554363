import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../app.module.js';
import { readSettings } from '../config/given-settings.js';
import { modulesOf } from '../defined-grants.module.js';
import { loadDefinition } from '../definition-file.js';
import { StderrLog } from './stderr-log.js';

/** The file that the operator named. */
let definitionFile: string | undefined;

/** Lets the command use the modules and settings of this file, and not of the working folder's. */
export function useDefinitionOf(file: string | undefined): void {
  definitionFile = file;
}

/** The definition of the command. @throws DefinitionError as `loadDefinition` */
export const commandDefinition = (): ReturnType<typeof loadDefinition> => loadDefinition(definitionFile);

/**
 * Runs a command's work with the services of the application, on its database, without its HTTP server.
 * @throws SettingsError, DefinitionError, FolderInUseError, an error of the database when it cannot be opened, and every error of the work
 */
export async function withApplication(work: (app: INestApplicationContext) => Promise<void>): Promise<void> {
  const definition = await commandDefinition();
  const settings = await readSettings(definition.settings);
  const app = await NestFactory.createApplicationContext(AppModule.with(settings, modulesOf(definition)), {
    logger: new StderrLog(),
    abortOnError: false,
  });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

import { createApplication } from './application.js';
import { Settings } from './config/settings.js';
import { SettingsError } from './config/settings-error.js';
import { loadDefinition } from './definition-file.js';
import type { TesseraDefinition } from './definition.js';
import { operatorFault } from './operator-fault.js';

/** Starts the HTTP server with the definition of the working folder, or another. If it cannot start, the process says why and exits with 1. */
export async function serve(load: () => Promise<TesseraDefinition> = loadDefinition): Promise<void> {
  try {
    await listen(await load());
  } catch (error) {
    process.stderr.write(`${operatorFault(error) ?? String((error as Error).stack)}\n`);
    process.exit(1);
  }
}

async function listen(definition: TesseraDefinition): Promise<void> {
  const app = await createApplication(definition);
  const { HOST, PORT } = app.get(Settings);
  try {
    await app.listen(PORT, HOST);
  } catch (error) {
    await app.close();
    throw new SettingsError([
      `HOST, PORT: expected an address and a port to listen on, but: ${(error as Error).message}`,
    ]);
  }
}

import { createApplication } from './application.js';
import { Settings } from './config/settings.js';
import { SettingsError } from './config/settings-error.js';
import { FolderInUseError } from './database/folder-lock.js';

try {
  const app = await createApplication();
  const { HOST, PORT } = app.get(Settings);
  await app.listen(PORT, HOST);
} catch (error) {
  const isOperatorsFault = error instanceof SettingsError || error instanceof FolderInUseError;
  process.stderr.write(`${isOperatorsFault ? error.message : String((error as Error).stack)}\n`);
  process.exit(1);
}

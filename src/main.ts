import { createApplication } from './application.js';
import { Settings } from './config/settings.js';
import { SettingsError } from './config/settings-error.js';
import { operatorFault } from './operator-fault.js';

try {
  const app = await createApplication();
  const { HOST, PORT } = app.get(Settings);
  try {
    await app.listen(PORT, HOST);
  } catch (error) {
    await app.close();
    throw new SettingsError([
      `HOST, PORT: expected an address and a port to listen on, but: ${(error as Error).message}`,
    ]);
  }
} catch (error) {
  process.stderr.write(`${operatorFault(error) ?? String((error as Error).stack)}\n`);
  process.exit(1);
}

/**
 * Writes docs/openapi.json, the document that the built service serves at /api/openapi.json; with --check, only says whether the
 * committed one is the same. The service runs on a temporary data folder, for as long as that takes.
 */
import { writeOrCheck } from './made-file.mjs';
import { withService } from './served.mjs';

// Without an address of its own: the document names the public URL, as by default.
const document = await withService({}, async (app) => {
  await app.listen(0, '127.0.0.1');
  const response = await fetch(`${await app.getUrl()}/api/openapi.json`);
  if (!response.ok) throw new Error(`The service answered ${response.status}.`);
  return response.json();
});

writeOrCheck('docs/openapi.json', `${JSON.stringify(document, null, 2)}\n`, {
  expected: 'what the service documents',
  command: 'npm run openapi',
});

import { basename } from 'node:path';

const INSTALLED = /[\\/]node_modules[\\/]/;

/**
 * How an operator runs the commands of this copy of the service: `npx tessera` where the package is installed or was started so, and
 * `npm run cli --` in a clone. Messages name commands by it.
 */
export function commandName([, program = ''] = process.argv, place = import.meta.dirname): string {
  return basename(program) === 'tessera' || INSTALLED.test(place) ? 'npx tessera' : 'npm run cli --';
}

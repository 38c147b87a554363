import type { Command } from 'commander';
import { SigningKeysService } from '../signing-keys/signing-keys.service.js';
import { OPERATOR, say } from './operator.js';
import { withApplication } from './with-application.js';

/** `keys rotate`. */
export function addKeyCommands(program: Command): void {
  program
    .command('keys')
    .description('The keys that sign access tokens.')
    .command('rotate')
    .description('Make a new key. It signs after being announced for an hour.')
    .option(
      '--now',
      'immediately, and delete all other keys: for when an attacker may know them. Clients must refresh their access tokens',
    )
    .option('--json', 'as JSON')
    .action(({ now = false, json }: { now?: boolean; json?: true }) =>
      withApplication(async (app) => {
        const kid = await app.get(SigningKeysService).rotate(OPERATOR, now);
        say(json ? JSON.stringify({ kid, signsAtOnce: now }) : `Made the key ${kid}.`);
      }),
    );
}

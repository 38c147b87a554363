import type { Command } from 'commander';
import { TotpService } from '../users/totp.service.js';
import { OPERATOR, say } from './operator.js';
import { withApplication } from './with-application.js';

/** `totp enable` and `disable`. */
export function addTotpCommands(program: Command): void {
  const totp = program.command('totp').description('A second factor: codes of an authenticator app.');
  totp
    .command('enable <email>')
    .description('Require a code from a user, and print the URI for their app. The URI is shown only once.')
    .action((email: string) =>
      withApplication(async (app) => {
        say(await app.get(TotpService).enable(email, OPERATOR));
      }),
    );
  totp
    .command('disable <email>')
    .description('Stop requiring a code from a user.')
    .action((email: string) =>
      withApplication(async (app) => {
        await app.get(TotpService).disable(email, OPERATOR);
        say(`Disabled the second factor of ${email}.`);
      }),
    );
}

import type { Command } from 'commander';
import { TotpService } from '../users/totp.service.js';
import { OPERATOR, say } from './operator.js';
import { withApplication } from './with-application.js';

/** `totp enable` and `disable`. */
export function addTotpCommands(program: Command): void {
  const totp = program.command('totp').description('Codes of an authenticator app, as a second factor.');
  totp
    .command('enable <email>')
    .description('Demand a code of a user, and print the URI for their app. It is shown only now.')
    .action((email: string) =>
      withApplication(async (app) => {
        say(await app.get(TotpService).enable(email, OPERATOR));
      }),
    );
  totp
    .command('disable <email>')
    .description('Demand no code of a user any more.')
    .action((email: string) =>
      withApplication(async (app) => {
        await app.get(TotpService).disable(email, OPERATOR);
        say(`Disabled the second factor of ${email}.`);
      }),
    );
}

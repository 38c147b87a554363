import type { INestApplicationContext } from '@nestjs/common';
import type { Command } from 'commander';
import { MAKE_SECRET, RETIRE_SECRET } from '../clients/client.entity.js';
import { ClientRecordsService } from '../clients/client-records.service.js';
import { ClientsService } from '../clients/clients.service.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import { AppError } from '../kernel/app-error.js';
import { formatTable } from './format-table.js';
import { OPERATOR, say } from './operator.js';
import { withApplication } from './with-application.js';

interface Options {
  readonly json?: true;
}

/** `clients list`, `show` and `secret`. */
export function addClientCommands(program: Command): void {
  const clients = program.command('clients').description('Registered clients, and their secrets.');
  clients.command('list').description('List the registered clients.').option('--json', 'as JSON').action(list);
  clients
    .command('show <client>')
    .description('Show a registered client. What its record leaves out has the value of the settings.')
    .option('--json', 'as JSON')
    .action(show);
  clients
    .command('secret <client>')
    .description('Make a secret and print it once. The previous secret stays valid, and an earlier one no longer is.')
    .option('--retire', 'make no secret, but end the earlier of two')
    .option('--json', 'as JSON')
    .action(secret);
}

function list({ json }: Options): Promise<void> {
  return withApplication(async (app) => {
    const clients = await app.get(ClientsService).all();
    const rows = clients.map(({ clientId, name, enabled, authenticationMethod, secretHashes }) => ({
      ...{ client: clientId, name, state: enabled ? 'enabled' : 'disabled' },
      ...{ authentication: authenticationMethod, secrets: secretHashes.length },
    }));
    say(json ? JSON.stringify(clients.map(shown), null, 2) : formatTable(rows));
  });
}

function show(clientId: string, { json }: Options): Promise<void> {
  return withApplication(async (app) => {
    const client = shown(await found(app, clientId));
    const rows = Object.entries(client).map(([member, value]) => ({ member, value: textOf(value) }));
    say(json ? JSON.stringify(client, null, 2) : formatTable(rows));
  });
}

function secret(clientId: string, { retire, json }: Options & { readonly retire?: true }): Promise<void> {
  return withApplication(async (app) => {
    const { id } = await found(app, clientId);
    const run = { Key: retire ? RETIRE_SECRET : MAKE_SECRET, Ids: [id] };
    const { value } = await app.get(ClientRecordsService).runCommand(run, OPERATOR);
    const { ClientSecret, HasRetired } = value as { readonly ClientSecret?: string; readonly HasRetired?: boolean };
    if (json) say(JSON.stringify(value));
    else
      say(ClientSecret ?? (HasRetired ? 'Ended the earlier secret.' : 'There is one secret at most: none was ended.'));
  });
}

async function found(app: INestApplicationContext, clientId: string): Promise<RegisteredClient> {
  const client = await app.get(ClientsService).find(clientId);
  if (client) return client;
  throw new AppError('no_such_client', 404, `There is no registered client ${clientId}.`);
}

/** A client without the hashes of its secrets. */
function shown({ secretHashes, ...client }: RegisteredClient): object {
  return { ...client, secrets: secretHashes.length };
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

import type { Command } from 'commander';
import { commandDefinition } from './with-application.js';

/** `serve`. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .description('Start the service.')
    .action(async () => {
      // The other commands start faster without the HTTP server.
      const { serve } = await import('../serve.js');
      await serve(commandDefinition);
    });
}

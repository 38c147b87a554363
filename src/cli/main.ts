#!/usr/bin/env node
import { fromBundle } from '../bundle.js';

const { runCommandLine } =
  (await fromBundle<typeof import('./command-line.js')>('command-line')) ?? (await import('./command-line.js'));
await runCommandLine();

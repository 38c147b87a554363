#!/usr/bin/env node
import { fromBundle } from '../bundle.js';

const { runCommandLine } = (await fromBundle('command-line')) ?? (await import('./command-line.js'));
await runCommandLine();

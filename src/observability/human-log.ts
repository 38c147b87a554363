import pretty from 'pino-pretty';
import { escaped, escapedLines } from '../kernel/text.js';

/** What `lineOf` says in its own way, or what nobody at a terminal needs. */
const LEFT_OUT = ['pid', 'hostname', 'requestId', 'method', 'path', 'status', 'ms', 'address', 'user', 'failure'];

/** What is logged of a request, and what else a line may have. */
interface Entry {
  readonly msg?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly ms?: number;
  readonly address?: string | null;
  readonly user?: string;
  readonly failure?: { readonly code?: string; readonly detail?: string };
  readonly requestId?: string;
}

/**
 * Where a log for people at a terminal goes: stdout, a line of text for each entry, such as
 * `12:00:01.123 INFO: GET /api/sys/refreshtokens 200 3.2 ms ada@example.com`.
 */
export function humanLog(stdout: { write(text: string): void }): { write(entry: string): void } {
  const format = pretty.prettyFactory({
    colorize: process.stdout.isTTY && process.stdout.hasColors(),
    singleLine: true,
    ignore: LEFT_OUT.join(','),
    translateTime: 'SYS:HH:MM:ss.l',
    customPrettifiers: { time: (time) => time as string },
    messageFormat: (entry) => escaped(lineOf(entry)),
  });
  return {
    write: (entry) => {
      stdout.write(format(JSON.parse(entry, withoutSteering)));
    },
  };
}

function lineOf({ msg, method, path, status, ms, address, user, failure, requestId }: Entry): string {
  const parts = [
    method ?? msg,
    path,
    status,
    ms === undefined ? undefined : `${ms} ms`,
    user,
    failure?.code,
    failure?.detail && `(${failure.detail})`,
    failure && address && `from ${address}`,
    // Only where an operator may need it: for a failed request, and for a line logged during a request.
    (failure ?? method === undefined) && requestId && `request ${requestId}`,
  ];
  return parts.filter((part) => part !== undefined && part !== false && part !== '').join(' ');
}

/** What an entry quotes of others, such as a database's message, is escaped; a stack keeps its lines. */
function withoutSteering(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? escapedLines(value) : value;
}

import { Option, type Command } from 'commander';
import type { AuditKind } from '../audit/audit-event.js';
import { AuditKindsService } from '../audit/audit-kinds.service.js';
import { AuditExportService, type AuditPage } from '../audit-trail/audit-export.service.js';
import { formatDateTime } from '../kernel/date-time.js';
import { escaped } from '../kernel/text.js';
import { Progress } from './progress.js';
import { readTime } from './read-time.js';
import { toStdout } from './to-stdout.js';
import { withApplication } from './with-application.js';

/** `audit export`. */
export function addAuditExportCommand(audit: Command): void {
  audit
    .command('export')
    .description('Write events to stdout, one JSON object per line, oldest first.')
    .requiredOption('--since <time>', 'only events from this time on, such as 2030-01-31T12:00:00Z', readTime)
    .addOption(new Option('--kind <kind...>', 'only events of these kinds'))
    .action(exportEvents);
}

function exportEvents({ since, kind: kinds }: { since: Date; kind?: AuditKind[] }): Promise<void> {
  return withApplication(async (app) => {
    app.get(AuditKindsService).demandKnown(kinds ?? []);
    await toStdout(lines(app.get(AuditExportService).pages(since, kinds), since));
  });
}

async function* lines(pages: AsyncIterable<AuditPage>, since: Date): AsyncGenerator<string> {
  const now = Date.now();
  let reached = since.getTime();
  const progress = new Progress(`Events since ${formatDateTime(since)}, seconds`, inSeconds(now - reached));
  try {
    for await (const { events, until } of pages) {
      if (events.length > 0) yield events.map((event) => `${escaped(JSON.stringify(event))}\n`).join('');
      progress.advance(inSeconds((until?.getTime() ?? now) - reached));
      reached = until?.getTime() ?? now;
    }
  } finally {
    progress.stop();
  }
}

function inSeconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}

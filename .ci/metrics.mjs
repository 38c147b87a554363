/**
 * Writes docs/metrics.md from the metrics that the built service registers; with --check, only says whether the committed page is the same.
 * The service runs on a temporary data folder, for as long as that takes.
 */
import { join } from 'node:path';
import { freePort } from '../test/support/free-port.mjs';
import { writeOrCheckPage } from './made-file.mjs';
import { withService } from './served.mjs';

const ROOT = join(import.meta.dirname, '..');
const FAMILIES = { process_: 'the process', nodejs_: 'Node.js' };

/** The metrics of the service, and those of the process as Prometheus gets them. */
async function registered() {
  const port = await freePort();
  return withService({ METRICS_PORT: String(port), METRICS_HOST: '127.0.0.1' }, async (app) => {
    const { MetricsService } = await import(join(ROOT, 'dist/observability/metrics.service.js'));
    const metrics = app.get(MetricsService);
    return { own: metrics.declared(), text: (await metrics.exposition()).text };
  });
}

function rows(own) {
  return own
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, type, labelNames = [], help, action }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${labels} | ${help} | ${action} |`;
    });
}

/** The metrics of one of prom-client's families, in the order in which they are shown. */
function family(text, prefix) {
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => [name, type]));
  return [...text.matchAll(/^# HELP (\S+) (.*)$/gm)]
    .filter(([, name]) => name.startsWith(prefix))
    .map(([, name, help]) => `| \`${name}\` | ${types.get(name)} | ${help} |`);
}

const { own, text } = await registered();
const page = `# Metrics

If \`METRICS_PORT\` is set, the service serves \`/metrics\` on this port only, in the text format of Prometheus. The address is 127.0.0.1 unless
\`METRICS_HOST\` is set. No metric names a user, a client, a token or a record. Any number of scrapers see the same values.
\`npm run metrics\` makes this page from the code that registers the metrics.

[deploy/alerts.yml](../deploy/alerts.yml) has alert rules for Prometheus, and [operations.md](operations.md) has more instructions.

## The service

| metric | type | labels | meaning | what to do |
| --- | --- | --- | --- | --- |
${rows(own).join('\n')}

- The label \`outcome\` is \`redeemed\`, \`retried\` or \`ok\` for a success, \`refused\` with the label \`reason\`, \`throttled\` (429), \`busy\` (503), or
  \`failed\`. [errors.md](errors.md#why-a-refresh-was-refused) explains each reason; \`other\` means any other reason.
- The label \`route\` is the pattern of a route, such as \`/api/sys/refreshtokens/:id\`, and \`unknown\` for a path without one.
- Live sessions include sessions that have expired but are not yet deleted. The job \`embedded-maintenance\` analyses the embedded database within
  the first minutes, and then as its tables change.

${Object.entries(FAMILIES)
  .map(
    ([prefix, what]) =>
      `## Of ${what}\n\n| metric | type | meaning |\n| --- | --- | --- |\n${family(text, prefix).join('\n')}`,
  )
  .join('\n\n')}

The gauges \`nodejs_eventloop_lag_*\` show the last whole minute. If \`nodejs_eventloop_lag_p99_seconds\` stays above 0.1, the process lacks
processor time: add a replica. If \`process_resident_memory_bytes\` comes near the limit of the container, raise the limit.
`;

await writeOrCheckPage('docs/metrics.md', page, { expected: 'what the service measures', command: 'npm run metrics' });

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { scrape } from '../support/scrape.js';
import { freePort, Service } from '../support/service.js';

const RULES = readFileSync(join(import.meta.dirname, '../../deploy/alerts.yml'), 'utf8');

let service: Service;
let metrics: string;
beforeAll(async () => {
  const port = await freePort();
  service = await Service.start({ METRICS_PORT: String(port) });
  await service.client().get('/health/live');
  metrics = (await scrape(port)).text;
});
afterAll(() => service.dispose());

describe('the alert rules', () => {
  it('use only metrics that the service reports', () => {
    const described = new Set([...metrics.matchAll(/^# HELP (\w+) /gm)].map(([, name]) => name));
    const used = RULES.split('\n')
      .filter((line) => !/^\s*(#|summary:|action:)/.test(line))
      .flatMap((line) =>
        [...line.matchAll(/\btessera_\w+/g)].map(([name]) => name.replace(/_(count|bucket|sum)$/, '')),
      );
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !described.has(name))).toEqual([]);
  });

  it('can rely on job and instance: no metric of the service has these labels of Prometheus', () => {
    const source = join(import.meta.dirname, '../../src');
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const labels = files
      .map((file) => readFileSync(join(source, file), 'utf8'))
      .flatMap((text) => [...text.matchAll(/labelNames(?::| =) \[([^\]]*)\]/g)])
      .flatMap(([, names = '']) => names.split(', '));
    expect(labels.length).toBeGreaterThan(5);
    expect(labels.filter((label) => label === "'job'" || label === "'instance'")).toEqual([]);
  });
});

import { Logger } from '@nestjs/common';
import { MetricsService } from '../../src/observability/metrics.service.js';
import { parse } from '../support/scrape.js';

describe('a metric that cannot be read', () => {
  it('is omitted after a time limit, and is not read again while its last read is unfinished', async () => {
    Logger.overrideLogger(false);
    // Two services in one process must not share anything.
    const [metrics] = [new MetricsService(), new MetricsService()].map((each) => {
      each.counter({ name: 'tessera_there_total', help: 'There.', action: '' }).inc();
      return each;
    });
    let asked = 0;
    const collect = (): Promise<never> => new Promise(() => asked++);
    metrics?.gauge({ name: 'tessera_late', help: 'Late.', action: '', collect });
    metrics?.gauge({
      name: 'tessera_broken',
      help: 'Broken.',
      action: '',
      collect: () => Promise.reject(new Error('away')),
    });
    const begin = performance.now();
    for (let i = 0; i < 2; i++) {
      const shown = parse((await metrics?.exposition())?.text ?? '');
      expect(['there_total', 'late', 'broken'].map((name) => shown.value(`tessera_${name}`))).toEqual([
        1,
        undefined,
        undefined,
      ]);
    }
    expect(performance.now() - begin).toBeLessThan(60_000);
    expect(asked).toBe(1);
  });
});

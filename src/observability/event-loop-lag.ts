import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import { Gauge, type Registry } from 'prom-client';

const RESOLUTION_MS = 10;
const WINDOW_MS = 60_000;
const NANOSECONDS = 1e9;

type Lag = Readonly<Record<string, number>>;

const SHOWN: Readonly<
  Record<string, { readonly help: string; readonly of: (histogram: IntervalHistogram) => number }>
> = {
  min: { help: 'The smallest', of: ({ min }) => min },
  max: { help: 'The largest', of: ({ max }) => max },
  mean: { help: 'The mean', of: ({ mean }) => mean },
  stddev: { help: 'The standard deviation of the', of: ({ stddev }) => stddev },
  p50: { help: 'The median', of: (histogram) => histogram.percentile(50) },
  p90: { help: 'The 90th percentile of the', of: (histogram) => histogram.percentile(90) },
  p99: { help: 'The 99th percentile of the', of: (histogram) => histogram.percentile(99) },
};

/**
 * Replaces prom-client's gauges of the event loop delay with gauges of the same names. Each scrape resets prom-client's gauges. So each of
 * two scrapers sees only the time since the other's scrape, and a delay of 292 years if no time has passed. The gauges here show the last
 * whole minute, or the time since the start if that is shorter, to any number of scrapers.
 */
export function replaceEventLoopLag(registry: Registry): void {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let lastWindow: Lag | undefined;
  setInterval(() => {
    lastWindow = lagOf(histogram);
    histogram.reset();
  }, WINDOW_MS).unref();
  for (const [kind, { help }] of Object.entries(SHOWN)) {
    const name = `nodejs_eventloop_lag_${kind}_seconds`;
    registry.removeSingleMetric(name);
    new Gauge({
      name,
      help: `${help} event loop delay within the last whole minute.`,
      registers: [registry],
      collect() {
        const lag = (lastWindow ?? lagOf(histogram))?.[kind];
        if (lag === undefined) this.remove();
        else this.set(lag);
      },
    });
  }
}

/** In seconds; undefined when nothing has been measured yet. */
function lagOf(histogram: IntervalHistogram): Lag | undefined {
  if (histogram.count === 0) return undefined;
  return Object.fromEntries(Object.entries(SHOWN).map(([kind, { of }]) => [kind, of(histogram) / NANOSECONDS]));
}

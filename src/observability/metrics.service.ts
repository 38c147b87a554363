import { Injectable, Logger } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceEventLoopLag } from './event-loop-lag.js';
import { PlugInError } from '../plug-ins/plug-in-error.js';
import { withinTime } from './within-time.js';

/** Shorter than the default timeout of Prometheus for a scrape: ten seconds. */
const COLLECT_LIMIT_MS = 2_000;
const NAME = /^[a-z][a-z\d_]*$/;
const OF_PROCESS = /^(process|nodejs)_/;

/**
 * A metric, named by the conventions of Prometheus: a prefix, the thing measured, its base unit, and `_total` for counters. The metrics of
 * the service have the prefix `tessera_`; a team chooses another.
 * @publicApi
 */
export interface MetricDescription<Label extends string> {
  readonly name: string;
  readonly help: string;
  /** What an operator does with the metric, for docs/metrics.md. */
  readonly action: string;
  /** The code knows all values of a label, and they are few. No value comes from a request or is about a user. */
  readonly labelNames?: readonly Label[];
}

/** A metric as docs/metrics.md shows it. */
export interface DeclaredMetric extends MetricDescription<string> {
  readonly type: 'counter' | 'gauge' | 'histogram';
}

/**
 * A value that a gauge shows at a scrape.
 * @publicApi
 */
export interface Reading<Label extends string> {
  readonly labels?: Partial<Record<Label, string>>;
  readonly value: number;
}

/**
 * The metrics of one application. Any provider may inject this service and register each of its metrics once, in its constructor:
 * `this.runs = metrics.counter({ name: 'tessera_job_runs_total', help: 'Runs of jobs.', labelNames: ['job_name', 'outcome'] })`. Later
 * the provider calls `this.runs.inc({ job_name: 'expiry', outcome: 'ok' })`.
 * @publicApi
 */
@Injectable()
export class MetricsService {
  private readonly logger = new Logger(MetricsService.name);
  private readonly registry = new Registry();
  private readonly declarations: DeclaredMetric[] = [];
  /** The version of the service. @internal */
  readonly version = versionOf(join(import.meta.dirname, '../../package.json'));

  /** A metric that only increases. @throws PlugInError when the name is bad or taken */
  counter<Label extends string = never>(description: MetricDescription<Label>): Counter<Label> {
    return new Counter({ ...this.declare('counter', description), registers: [this.registry] });
  }

  /** A metric of the distribution of observations, such as durations in seconds. @throws PlugInError when the name is bad or taken */
  histogram<Label extends string = never>(
    description: MetricDescription<Label> & { readonly buckets: readonly number[] },
  ): Histogram<Label> {
    const buckets = [...description.buckets];
    return new Histogram({ ...this.declare('histogram', description), buckets, registers: [this.registry] });
  }

  /**
   * A metric that is read at each scrape. A gauge that takes longer than two seconds is left out of the scrape, and later scrapes wait for
   * the same reading instead of starting another.
   * @throws PlugInError when the name is bad or taken
   */
  gauge<Label extends string = never>({
    collect,
    ...description
  }: MetricDescription<Label> & { readonly collect: () => Reading<Label>[] | Promise<Reading<Label>[]> }): void {
    const read = this.bounded(description.name, collect);
    new Gauge<Label>({
      ...this.declare('gauge', description),
      registers: [this.registry],
      async collect() {
        const readings = await read();
        this.reset();
        // prom-client sets a gauge without labels to zero. Without a reading, the gauge must show nothing instead.
        if (!description.labelNames) this.remove();
        for (const { labels = {}, value } of readings) this.set(labels, value);
      },
    });
  }

  /** Adds metrics of the process: memory, processor time, event loop and version. Call this once. */
  addProcess(): void {
    collectDefaultMetrics({ register: this.registry });
    replaceEventLoopLag(this.registry);
    const { version } = this;
    this.gauge({
      name: 'tessera_build_info',
      help: 'Always 1. The label contains the version.',
      action: 'See which version each replica runs. If it is absent, no process is reached.',
      labelNames: ['version'],
      collect: () => [{ labels: { version }, value: 1 }],
    });
  }

  /** All metrics, in the text format of Prometheus, version 0.0.4. */
  async exposition(): Promise<{ contentType: string; text: string }> {
    return { contentType: this.registry.contentType, text: await this.registry.metrics() };
  }

  /** The metrics that features have registered, in that order. */
  declared(): readonly DeclaredMetric[] {
    return this.declarations;
  }

  private declare<Label extends string>(
    type: DeclaredMetric['type'],
    { name, help, action, labelNames }: MetricDescription<Label>,
  ): { name: string; help: string; labelNames?: readonly Label[] } {
    const fault = (text: string): PlugInError => new PlugInError(`The metric ${name}`, text);
    if (!NAME.test(name))
      throw fault('has a bad name: expected lower-case letters, digits and "_", such as shop_orders_total.');
    if (OF_PROCESS.test(name)) throw fault('has the prefix of the metrics of the process: choose another.');
    if (this.declarations.some((other) => other.name === name)) throw fault('is registered twice: rename one.');
    const labels = labelNames && { labelNames };
    this.declarations.push({ type, name, help, action, ...labels });
    return { name, help, ...labels };
  }

  private bounded<T>(name: string, collect: () => T[] | Promise<T[]>): () => Promise<T[]> {
    let pending: Promise<T[]> | undefined;
    return async () => {
      pending ??= Promise.resolve()
        .then(collect)
        .finally(() => (pending = undefined));
      try {
        return await withinTime(pending, COLLECT_LIMIT_MS);
      } catch (error) {
        this.logger.warn(`The metric ${name} could not be read: ${(error as Error).message}`);
        return [];
      }
    };
  }
}

function versionOf(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

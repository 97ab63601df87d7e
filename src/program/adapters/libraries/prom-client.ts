import type { Adapter, AdapterApi } from '../adapter.ts';
import { live } from './shared/live.ts';

interface Entry {
  value?: number;
  sum?: number;
  count?: number;
  bucketValues?: Record<string, number>;
  td?: { reset(): void };
}

interface Metric {
  readonly name: string;
  readonly hashMap?: Record<string, Entry>;
  collect?(): void | Promise<void>;
}

interface RegistryClass {
  prototype: { registerMetric(metric: Metric): void };
}

const START = /process_start_time_seconds$/;
const PROCESSOR = /process_cpu_user_seconds_total$/;

/**
 * Makes a restored copy a new process to whoever scrapes it: it has started when it was restored, and what the program
 * counted before the checkpoint is not counted once more by each copy. Gauges keep their values.
 */
function adaptRegistry({ prototype }: RegistryClass, api: AdapterApi): void {
  const metrics = new Set<WeakRef<Metric>>();
  const { registerMetric } = prototype;
  prototype.registerMetric = function noted(metric) {
    metrics.add(new WeakRef(metric));
    registerMetric.call(this, metric);
  };
  api.register({
    name: 'prom-client',
    async afterRestore({ restored }) {
      if (!restored) return;
      const all = live(metrics);
      for (const metric of all) if (PROCESSOR.test(metric.name)) await forgetProcessorTime(metric);
      for (const metric of all) {
        if (START.test(metric.name)) startNow(metric);
        else if (isCounting(metric))
          for (const entry of Object.values(metric.hashMap ?? {})) setToZero(entry);
      }
    },
  });
}

const isCounting = (metric: Metric) => /^(Counter|Histogram|Summary)$/.test(metric.constructor.name);

function setToZero(entry: Entry): void {
  if (entry.value !== undefined) entry.value = 0;
  if (entry.sum !== undefined) entry.sum = 0;
  if (entry.count !== undefined) entry.count = 0;
  for (const bound of Object.keys(entry.bucketValues ?? {}))
    (entry.bucketValues as Record<string, number>)[bound] = 0;
  entry.td?.reset();
}

/**
 * Starts the CPU-time counters anew: the kernel counts a restored process's time from zero, and the first look would
 * decrease a counter.
 */
async function forgetProcessorTime(metric: Metric): Promise<void> {
  try {
    await metric.collect?.();
  } catch (error) {
    if (!/decrease a counter/.test(String((error as Error).message))) throw error; // the first look, which this one was
  }
}

function startNow(metric: Metric): void {
  const started = Math.round(Date.now() / 1000);
  const { collect } = metric;
  metric.collect = async function restarted(this: Metric) {
    await collect?.call(this);
    for (const entry of Object.values(this.hashMap ?? {})) entry.value = started;
  };
}

export const adapters: Adapter[] = [
  {
    package: 'prom-client',
    versions: [['15.1', '16']],
    without: 'each copy goes on with the counts of the image. Call register.resetMetrics() in afterRestore',
    files: { 'lib/registry.js': adaptRegistry },
  },
];

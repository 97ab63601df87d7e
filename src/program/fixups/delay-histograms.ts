import type { Generation } from './generation.ts';
import { isBuiltinLoaded } from './loaded.ts';

type Histogram = import('node:perf_hooks').IntervalHistogram;
type Recordable = import('node:perf_hooks').RecordableHistogram & { recordDelta(): unknown };
type AnyFunction = (this: object, ...args: unknown[]) => unknown;

let pauses = 0;
let installed = false;

/** Notes that this thread has stood still for a checkpoint, and goes on. */
export function notePause(): void {
  pauses++;
}

/**
 * Makes a histogram of `monitorEventLoopDelay` begin anew when it is first looked at after a checkpoint or a restore. A
 * checkpoint is no load: what was measured of it would make a program answer 503 that sheds load by it. Until its first
 * sample the histogram has a mean of 0 (with NaN, @fastify/under-pressure takes the delay for endless). `recordDelta()`
 * of other histograms begins anew as well, without losing what is in there.
 *
 * Nobody knows these histograms, so their class is changed: in each thread when it has them (`perf_hooks` is not loaded
 * for it), before the first checkpoint.
 */
export function forgetPauses(generation: Pick<Generation, 'copy'>): void {
  if (installed || !isBuiltinLoaded('internal/perf/event_loop_delay')) return;
  installed = true;
  const { monitorEventLoopDelay, createHistogram } =
    require('node:perf_hooks') as typeof import('node:perf_hooks');
  const now = () => `${generation.copy} ${pauses}`;
  beginAnew(Object.getPrototypeOf(monitorEventLoopDelay()) as Histogram, now);
  if (createHistogram) measureAnew(Object.getPrototypeOf(createHistogram()) as Recordable, now);
}

const UNDEFINED_WHEN_EMPTY = new Set(['mean', 'stddev']);

function beginAnew(prototype: Histogram, now: () => string): void {
  const first = now();
  const seen = new WeakMap<object, string>();
  const empty = new WeakSet<object>();
  const base = Object.getPrototypeOf(prototype) as Histogram;
  const { reset } = base;

  const settle = (histogram: object): void => {
    const present = now();
    if ((seen.get(histogram) ?? first) === present) return;
    seen.set(histogram, present);
    reset.call(histogram as Histogram);
    empty.add(histogram);
  };
  const settled = (name: string, original: AnyFunction): AnyFunction =>
    function (...args) {
      settle(this);
      const value = Reflect.apply(original, this, args);
      if (!UNDEFINED_WHEN_EMPTY.has(name) || !empty.has(this)) return value;
      if (!Number.isNaN(value)) empty.delete(this);
      return Number.isNaN(value) ? 0 : value;
    };

  for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(base))) {
    if (name === 'constructor') continue;
    const { get, value } = property as { get?: AnyFunction; value?: AnyFunction };
    if (get) Object.defineProperty(prototype, name, { ...property, get: settled(name, get) });
    else if (typeof value === 'function')
      Object.defineProperty(prototype, name, { ...property, value: settled(name, value) });
  }
  const { enable } = prototype;
  prototype.enable = function () {
    // A histogram that begins now has measured nothing else.
    if (!seen.has(this)) seen.set(this, now());
    return enable.call(this);
  };
}

function measureAnew(prototype: Recordable, now: () => string): void {
  const first = now();
  const { recordDelta } = prototype;
  const last = new WeakMap<object, { at: bigint; seen: string }>();
  prototype.recordDelta = function () {
    const seen = now();
    if (seen === first) return recordDelta.call(this);
    const at = process.hrtime.bigint();
    const before = last.get(this);
    last.set(this, { at, seen });
    // Records as node does at the first call; from then on what has passed since the last one, never less than 1.
    if (before?.seen === seen) this.record(at > before.at ? at - before.at : 1n);
  };
}

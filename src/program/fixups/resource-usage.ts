import type { Generation } from './generation.ts';

type Usage = NodeJS.CpuUsage;
type Cpu = (previous?: Usage) => Usage;

/** The values that the kernel counts upwards for a process; the others are a state or are never counted on Linux. */
const COUNTED = [
  ...(['userCPUTime', 'systemCPUTime', 'minorPageFault', 'majorPageFault', 'fsRead', 'fsWrite'] as const),
  ...(['voluntaryContextSwitches', 'involuntaryContextSwitches'] as const),
];

/** The counters of a restored program: a new process begins at 0, and they go on from where they stood. */
class Counters {
  readonly #generation: Pick<Generation, 'copy'>;
  #copy: number;
  readonly #before: number[] = [];
  readonly #last: number[] = [];

  constructor(generation: Pick<Generation, 'copy'>) {
    this.#generation = generation;
    this.#copy = generation.copy;
  }

  /** @param values as the kernel has them, from the first on */
  carriedOn(values: number[]): number[] {
    if (this.#copy !== this.#generation.copy) {
      this.#copy = this.#generation.copy;
      this.#last.forEach((value, i) => {
        this.#before[i] = value;
      });
    }
    return values.map((value, i) => {
      const whole = value + (this.#before[i] ?? 0);
      this.#last[i] = whole;
      return whole;
    });
  }
}

/**
 * Makes `cpuUsage`, `resourceUsage` and `threadCpuUsage` go on from the checkpoint; from the last look where a Worker
 * or a child is not told of it. In a copy `process.cpuUsage(previous)` would be negative, and libraries of metrics
 * throw: a counter cannot be decreased.
 * @returns a function that takes a last look, to be called before the freeze
 */
export function carryUsageOn(generation: Pick<Generation, 'copy'>): () => void {
  const { cpuUsage, resourceUsage } = process;
  const { threadCpuUsage } = process as { threadCpuUsage?: Cpu };
  const whole = new Counters(generation);
  const carried = (): NodeJS.ResourceUsage => {
    const usage = resourceUsage();
    const values = whole.carriedOn(COUNTED.map((name) => usage[name]));
    COUNTED.forEach((name, i) => {
      usage[name] = values[i] as number;
    });
    return usage;
  };
  process.resourceUsage = { resourceUsage: () => carried() }.resourceUsage;
  const since =
    (original: Cpu, counters: Counters): Cpu =>
    (previous) => {
      if (previous) original.call(process, previous); // node checks what it is given, and says so
      const usage = original.call(process);
      const [user = 0, system = 0] = counters.carriedOn([usage.user, usage.system]);
      return previous ? { user: user - previous.user, system: system - previous.system } : { user, system };
    };
  const replace = (name: 'cpuUsage' | 'threadCpuUsage', value: Cpu) => {
    Object.defineProperty(value, 'name', { value: name });
    Object.defineProperty(process, name, { value, writable: true, configurable: true, enumerable: true });
  };
  replace('cpuUsage', since(cpuUsage, whole));
  if (threadCpuUsage) replace('threadCpuUsage', since(threadCpuUsage, new Counters(generation)));
  return () => {
    carried();
    (process as { threadCpuUsage?: Cpu }).threadCpuUsage?.();
  };
}

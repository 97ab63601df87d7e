import type { Generation } from './generation.ts';
import { OWN_PID } from './own-pid.ts';

/**
 * The highest PID that a kernel gives (PID_MAX_LIMIT): a drawn alias is above it, so nobody takes it for another
 * process's.
 */
const HIGHEST = 4194304;

/**
 * Makes `process.pid` an alias, in every thread and every Node process of the tree, where a restore was asked for one,
 * and lets `process.kill` take it for the PID that it stands for. All copies of an image have the PID of the
 * checkpoint, and programs name themselves by it. The kernel and other programs know nothing of the alias.
 */
export function followPidAlias(generation: Generation, own: () => number = ownPid(generation)): void {
  const { kill: original } = process;
  Object.defineProperty(process, 'pid', {
    get: () => own() + generation.pidOffset,
    enumerable: true,
    configurable: true,
  });
  const kernels = (pid: number): number => {
    const { pidOffset } = generation;
    const size = Math.abs(pid);
    if (pidOffset === 0 || (size !== own() + pidOffset && size <= HIGHEST)) return pid;
    return pid < 0 ? pid + pidOffset : pid - pidOffset;
  };
  process.kill = function kill(pid, signal) {
    return original.call(process, typeof pid === 'number' ? kernels(pid) : pid, signal);
  };
}

/** Asks the generation page: a copy that stands in no namespaces has numbers of its own. */
const ownPid = (generation: Generation): (() => number) =>
  generation.program === OWN_PID ? () => generation.program : () => generation.member || OWN_PID;

import type { CpuLevel } from './cpu-features.ts';
import type { MachineFacts } from './facts.ts';

/** Says which CPU an image needs, with all that its program uses of it. */
export const cpuNeeds = ({ arch, cpu }: MachineFacts): string =>
  cpu.length === 0 ? `any ${arch} CPU` : `a CPU with ${cpu.map(({ feature }) => feature).join(' ')}`;

/** Says in a line where an image goes that was made at this level, and how one is made that goes further. */
export function cpuReach(machine: MachineFacts, level: CpuLevel): string {
  if (machine.cpu.length === 0) return `any ${machine.arch}`;
  if (level !== 'native') return `any ${machine.arch} of level ${level}, ${cpuNeeds(machine)}`;
  const like = 'one that has what the program uses of this one (crac inspect)';
  return machine.arch === 'x86_64' ? `${like}; for any: --cpu baseline` : like;
}

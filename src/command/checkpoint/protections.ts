import { readFileSync } from 'node:fs';
import { descendants } from '../../shared/process-tree.ts';
import { CommandError, EXIT } from '../base/command-error.ts';
import { insidePid } from '../base/processes.ts';

/** The protections as native/preload/protections.c notes them: by the bit that is handed on, and the mapping's name. */
const KINDS = [
  { bit: 1, name: 'landlock', says: 'has confined itself by Landlock' },
  { bit: 2, name: 'mdwe', says: 'has denied itself executable memory (PR_SET_MDWE)' },
  { bit: 4, name: 'seccomp', says: 'has a seccomp filter of its own' }, // noted for the engine direct only
] as const;

const WITHOUT =
  'The engine does not carry that: a copy would run without its protection, and nothing would tell.\n' +
  'Let the process take it on in afterRestore instead; start one that is not Node in afterRestore; or confine the whole\n' +
  'copy: start `crac restore` in a sandbox (docs/kernel-state.md)';

/** Returns the protections that a process has, out of its maps and of the environment that it was executed with. */
export function protectionsOf(maps: string, environment: string): string[] {
  const handedOn = Number(/(?:^|\0)CRAC_PROTECTIONS=(\d)/.exec(environment)?.[1] ?? 0);
  return KINDS.filter(
    ({ bit, name }) => (handedOn & bit) !== 0 || maps.includes(` /memfd:crac-${name} (deleted)`),
  ).map(({ says }) => says);
}

function describe(pid: number): string[] {
  try {
    const found = protectionsOf(
      readFileSync(`/proc/${pid}/maps`, 'latin1'),
      readFileSync(`/proc/${pid}/environ`, 'latin1'),
    );
    if (found.length === 0) return [];
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    const inside = insidePid(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found.map((says) => `process ${inside ?? pid} (${name}) ${says}`);
  } catch {
    return []; // the process has ended, or has more rights than this one: the engine will say
  }
}

/**
 * Refuses a protection that a copy would lose without a word.
 * @param init PID 1 of the program's namespace, as seen from here
 * @param pids of the program's processes
 * @throws CommandError with each process that has taken one on
 */
export function refuseLostProtections(init: number, pids = descendants(init)): void {
  const lines = pids.flatMap(describe);
  if (lines.length > 0) throw new CommandError([...lines, WITHOUT].join('\n'), EXIT.failed);
}

import { readFileSync } from 'node:fs';
import { descendants } from '../../../shared/process-tree.ts';
import { hasEnded } from '../../base/processes.ts';
import { treeProcesses } from '../../checkpoint/tree/processes.ts';

export interface Child {
  pid: number;
  command: string[];
}

/**
 * Matches the processes that copy what the caller gives to a restored program (native/supervisor/pump.c), and the one that
 * writes the image of a program that goes on (native/engines/direct/inside/snapshot-writer.c).
 */
const OURS = /^crac-(?:stdin|output|snapshot)$/m;

/**
 * Lists processes below a program that have not ended; those that have and are not waited for are none.
 */
export function processesBelow(program: number): Child[] {
  return descendants(program).flatMap((pid) => {
    const command = readOf(`/proc/${pid}/cmdline`)?.split('\0').filter(Boolean) ?? [];
    // It may be this command itself, where the program has asked for it and is PID 1, to which orphans are given.
    const isOurs = pid === process.pid || OURS.test(readOf(`/proc/${pid}/comm`) ?? '');
    return command.length > 0 && !isOurs ? [{ pid, command }] : [];
  });
}

/** Lists the other processes of the namespace that a program stands in, by the numbers that it knows them by. */
export function othersInside(init: number, program: number): Child[] {
  return treeProcesses(init)
    .filter(({ pid, inside, isWriter }) => inside !== program && !isWriter && !hasEnded(`/proc/${pid}`))
    .map(({ inside, words }) => ({ pid: inside, command: words.filter(Boolean) }));
}

/** Returns when a process began, in the kernel's ticks since the machine's start; undefined where it has ended. */
export function bornAt(pid: number): number | undefined {
  const stat = readOf(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(') ') + 2).split(' ')[19]);
}

function readOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process has just ended
  }
}

import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds in which a tree of processes is gone, unless the kernel cannot end one (a dead network disk). */
const END_LIMIT = 5000;

/** Lists the PIDs, as seen from here, of every process below `pid`, parents first. */
export function descendants(pid: number): number[] {
  const found: number[] = [];
  const visit = (parent: number) => {
    for (const child of childrenOf(parent)) {
      found.push(child);
      visit(child);
    }
  };
  visit(pid);
  return found;
}

function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return []; // ended meanwhile
  }
  return threads.flatMap((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number);
    } catch {
      return [];
    }
  });
}

/** Wakes processes that the engine left stopped. */
export function continueAll(pids: number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGCONT');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/**
 * Ends PID 1 of a PID namespace, given as seen from here, and with it all others in there. Resolves when they are gone
 * and have let go of ports and files: PID 1 is the last (zap_pid_ns_processes in the kernel).
 */
export async function endNamespace(init: number): Promise<void> {
  process.kill(init, 'SIGKILL');
  for (const end = Date.now() + END_LIMIT; isRunning(init) && Date.now() < end; ) await sleep(1);
}

function isRunning(pid: number): boolean {
  try {
    const [state] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
    return state !== 'Z' && state !== 'X';
  } catch {
    return false;
  }
}

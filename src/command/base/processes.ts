import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The time in milliseconds in which a tree of processes is gone, unless the kernel cannot end one (a dead network
 * disk).
 */
const END_LIMIT = 5000;

/**
 * Sends a signal; a process that has ended meanwhile needs none.
 * @param pid negative for a process group
 */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Wakes processes that the engine left stopped. */
export function continueAll(pids: number[]): void {
  for (const pid of pids) sendSignal(pid, 'SIGCONT');
}

/**
 * Ends PID 1 of a PID namespace, given as seen from here, and with it all others in there. Resolves when they are gone
 * and have let go of ports and files: PID 1 is the last (zap_pid_ns_processes in the kernel).
 */
export async function endNamespace(init: number): Promise<void> {
  process.kill(init, 'SIGKILL');
  for (const end = Date.now() + END_LIMIT; !hasEnded(`/proc/${init}`) && Date.now() < end; ) await sleep(1);
}

/** Resolves when processes that end are gone with all their threads, and have let go of ports and files. */
export async function areGone(pids: readonly number[]): Promise<void> {
  for (const end = Date.now() + END_LIMIT; pids.some(isLeft) && Date.now() < end; ) await sleep(1);
}

/** Tells whether anything of a process is left: its first thread may have ended before others, which hold its files. */
function isLeft(pid: number): boolean {
  try {
    return !hasEnded(`/proc/${pid}`) || readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

/**
 * Tells whether a process has ended, as a zombie has: only its parent has not looked yet.
 * @param place the process's directory in a /proc
 */
export function hasEnded(place: string): boolean {
  try {
    const [state] = readFileSync(`${place}/stat`, 'latin1').split(') ').at(-1) ?? '';
    return state === 'Z' || state === 'X';
  } catch {
    return true;
  }
}

/**
 * Reads the number that a process has in its own PID namespace out of its /proc/PID/status; older kernels do not tell.
 */
export function insidePid(status: string): number | undefined {
  const inside = /^NSpid:.*?(\d+)$/m.exec(status)?.[1];
  return inside === undefined ? undefined : Number(inside);
}

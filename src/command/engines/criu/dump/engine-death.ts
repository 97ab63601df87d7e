import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { descendants } from '../../../../shared/process-tree.ts';

/**
 * Matches the engine's code in a process, as /proc/PID/maps has it: it takes itself out when the engine's connection
 * ends.
 */
const PARASITE = /\/memfd:CRIUMFD/;

/** The time in milliseconds in which the engine's code has noticed and gone back to the program's own. */
const CURED = 2000;

const signalName = (number: number): string =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? `signal ${number}`;

/**
 * Looks at each process of the program, after the engine was ended by a signal in the midst of its work.
 * @returns what happened to the program, exactly
 */
export async function afterEngineDeath(signal: number, init: number): Promise<string> {
  const by = `the engine was ended by ${signalName(signal)} in the midst of the dump; no image was made`;
  const waiting = new Set<string>();
  for (const end = Date.now() + CURED; Date.now() < end; await sleep(20)) {
    const all = descendants(init);
    if (!all.some(isHeld) && all.flatMap(threadsOf).every((thread) => hasWaited(thread, waiting))) break;
  }
  const pids = descendants(init);
  if (pids.length === 0)
    return `${by}, and the program ended with it: the engine's code was being put into it at that moment.\nStart it anew with \`crac run\`. ${whoEnded(signal)}`;
  const held = pids.filter(isHeld);
  if (held.length > 0)
    return `${by}. The engine's code is still in process ${held.join(', ')}, which may not answer any more: end it and start it anew with \`crac run\`. ${whoEnded(signal)}`;
  return `${by}; the program goes on. ${whoEnded(signal)}`;
}

const whoEnded = (signal: number): string =>
  signal === constants.signals.SIGSYS
    ? 'A seccomp filter ended the engine at a system call that it forbids: see which by `crac doctor`, allow it, or start the program with `crac run --engine direct`'
    : 'Who ended the engine: the memory killer (dmesg), a supervisor, or somebody with kill; then make the checkpoint again';

function isHeld(pid: number): boolean {
  try {
    return PARASITE.test(readFileSync(`/proc/${pid}/maps`, 'latin1')) || isTraced(pid);
  } catch {
    return false; // the process ended meanwhile
  }
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
  } catch {
    return []; // the process ended meanwhile
  }
}

/**
 * Tells whether a thread has come to wait for something: one that was left in the midst of the engine's code ends the
 * process before, as soon as the machine lets it run.
 * @param waiting those that have been seen to
 */
function hasWaited(thread: string, waiting: Set<string>): boolean {
  try {
    if (/^\d+ \(.*\) [^R]/s.test(readFileSync(`${thread}/stat`, 'latin1'))) waiting.add(thread);
    return waiting.has(thread);
  } catch {
    return true; // it has ended
  }
}

const isTraced = (pid: number): boolean =>
  /^State:\s+t|^TracerPid:\s+[1-9]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));

import { readdirSync, readFileSync } from 'node:fs';
import { DetachedProcessError } from '../../shared/errors/open.ts';
import { descendants } from '../../shared/process-tree.ts';
import { OWN_PID } from '../fixups/own-pid.ts';
import { commandOf } from './children.ts';

/** The name that the launcher's PID 1 of the program's namespace gives itself (native/supervisor/init.c). */
const INIT = 'crac-init\n';

/**
 * Finds processes of the program's PID namespace that are no descendants of the program any more: a daemon whose parent
 * has ended belongs to PID 1. The engine dumps a tree, so such a process would end with the checkpoint and be in no
 * copy.
 * @returns one error for each; none where the program has no PID namespace of its own
 */
export function detachedProcesses(): DetachedProcessError[] {
  if (commOf(1) !== INIT) return [];
  const ours = new Set([1, OWN_PID, ...descendants(OWN_PID)]);
  const others = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => !ours.has(pid));
  return others.flatMap((pid) => {
    try {
      const command = commandOf(pid);
      return command === '' ? [] : [new DetachedProcessError(pid, command)]; // a zombie has no command line, and is being reaped
    } catch (error) {
      if (!['ENOENT', 'EACCES', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      return []; // the process has just ended, or it was one that entered to look
    }
  });
}

function commOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8');
  } catch {
    return ''; // another engine's program may not look at PID 1
  }
}

// Memory of processes as the kernel accounts for it.
import { readdirSync, readFileSync } from 'node:fs';

/** Returns PIDs by their parent's. (Not every kernel has /proc/PID/task/TID/children.) */
function childrenByParent() {
  const children = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parent = Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/^PPid:\s+(\d+)$/m)[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes(error.code)) throw error; // these: the process has just ended
    }
  }
  return children;
}

/** Lists a process and everything that it has started, launchers too. */
export function processesBelow(pid, children = childrenByParent()) {
  return [pid, ...(children.get(pid) ?? []).flatMap((child) => processesBelow(child, children))];
}

/** Returns the KiB of one process. */
export function memoryOf(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const field = (name) => Number(text.match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'))[1]);
  return { pss: field('Pss'), private: field('Private_Dirty') + field('Private_Clean') };
}

/** Returns the KiB of each tree of processes, its launchers included. */
export function memoryOfTrees(pids) {
  const children = childrenByParent();
  const sum = (list, key) => list.reduce((total, one) => total + one[key], 0);
  return pids.map((pid) => {
    const all = processesBelow(pid, children).map(memoryOf);
    return { pss: sum(all, 'pss'), private: sum(all, 'private') };
  });
}

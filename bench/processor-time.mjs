// The processor's time that a process and all below it have had.
import { readdirSync, readFileSync } from 'node:fs';

const TICK = 10; // milliseconds, as the kernel tells its times to programs

/** @returns the fields of /proc/PID/stat behind the name, or nothing of one that has ended */
function fields(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** @returns milliseconds, of the process and of what it has started, which runs yet */
export function processorTime(pid) {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const found = fields(name);
      return found
        ? [{ pid: Number(name), parent: Number(found[1]), time: Number(found[11]) + Number(found[12]) }]
        : [];
    });
  const below = (one) =>
    all.filter(({ parent }) => parent === one).flatMap((child) => [child, ...below(child.pid)]);
  return (
    [...all.filter((one) => one.pid === pid), ...below(pid)].reduce((sum, { time }) => sum + time, 0) * TICK
  );
}

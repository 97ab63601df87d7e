import { readdirSync, readFileSync } from 'node:fs';
import type { Place } from './crac.ts';

/** Lists every process on this machine that was started from this place: PIDs with their command lines. */
export function leftRunning(place: Place): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(pid, 'environ').includes(`CRAC_RUNTIME_DIR=${place.path('run')}\0`))
    .map((pid) => `${pid} ${read(pid, 'cmdline').replaceAll('\0', ' ').trim()}`);
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // the process has ended meanwhile
  }
}

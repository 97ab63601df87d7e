import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface OpenNow {
  fd: number;
  /** The target of /proc/PID/fd/N. */
  what: string;
  closeOnExec: boolean;
}

/** O_CLOEXEC in the octal flags of /proc/PID/fdinfo. */
const CLOSE_ON_EXEC = 0o2000000;

/** Lists what a process has open; a number that is closed while we look is left out. */
export function openOf(pid: number | 'self'): OpenNow[] {
  const found: OpenNow[] = [];
  for (const name of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const what = readlinkSync(`/proc/${pid}/fd/${name}`);
      const flags =
        readFileSync(`/proc/${pid}/fdinfo/${name}`, 'latin1').match(/^flags:\s+(\d+)/m)?.[1] ?? '0';
      const closeOnExec = (Number.parseInt(flags, 8) & CLOSE_ON_EXEC) !== 0;
      found.push({ fd: Number(name), what, closeOnExec });
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return found.sort((a, b) => a.fd - b.fd);
}

export const threadsOf = (pid: number): number[] => readdirSync(`/proc/${pid}/task`).map(Number);

/** Returns the words of a process's command line; empty for a zombie. */
export const commandOf = (pid: number): string[] =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);

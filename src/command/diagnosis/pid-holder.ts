import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './entry.ts';

/** Says who has a number of a process or thread on this machine, in words that a cause can end with. */
export function holderOf(pid: number, proc = '/proc'): string | undefined {
  const status = read(`${proc}/${pid}/status`);
  if (status === undefined) return undefined;
  const field = (name: string): string => status.match(new RegExp(`^${name}:\\s+(.*)$`, 'm'))?.[1] ?? '';
  const [name, group, parent] = [field('Name'), field('Tgid'), field('PPid')];
  if (group !== String(pid))
    return `${pid} is a thread (${name}) of process ${group}, ${command(proc, group)}`;
  if (/^[ZX]/.test(field('State')))
    return `${pid} is a zombie (${name}): its parent, process ${parent} (${command(proc, parent)}), has not waited for it`;
  return `${pid} is ${command(proc, String(pid))}`;
}

function command(proc: string, pid: string): string {
  const words = (read(`${proc}/${pid}/cmdline`) ?? '').split('\0').join(' ').trim();
  const shown = words.length > 80 ? `${words.slice(0, 79)}…` : words;
  return `\`${shown || (read(`${proc}/${pid}/comm`) ?? '').trim()}\``;
}

/** Reads a file of a process, which may end while one looks: then nobody has the number. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Returns the numbers that the image needs, from the names of its files; none where it is not here. */
function numbersIn(image: string | undefined): number[] {
  if (image === undefined) return [];
  try {
    return readdirSync(image).flatMap((name) => {
      const [, number] = name.match(/^core-(\d+)\.img$/) ?? [];
      return number === undefined ? [] : [Number(number)];
    });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/**
 * Returns the numbers that a finding is about: the one in its line, or those of the threads, which the engine does not
 * tell.
 */
function clashing({ code, evidence }: Finding, text: string, image: string | undefined): number[] {
  if (code === 'CRIU_PID_TAKEN')
    return [...evidence.matchAll(/Can't fork for (\d+)/g)].map(([, pid]) => Number(pid));
  if (code !== 'CRIU_TID_TAKEN') return [];
  const own = Number(evidence.match(/pie: (\d+):/)?.[1]);
  const told = [...text.matchAll(/\bcore-(\d+)\.img\b/g)].map(([, pid]) => Number(pid));
  return [...new Set([...numbersIn(image), ...told])].filter((pid) => pid !== own);
}

/**
 * Names who has the PID or the thread's number that a restore asked for, by looking at this machine as it is now.
 *
 * @param text the log
 * @param image the image's directory, where it is known
 */
export function nameHolders(findings: Finding[], text: string, image?: string): Finding[] {
  // crac restores in a PID namespace of its own, which is gone: the numbers are none of this machine.
  if (image !== undefined && existsSync(join(image, 'restore.conf'))) return findings;
  return findings.map((finding) => {
    const holders = clashing(finding, text, image).flatMap((pid) => holderOf(pid) ?? []);
    if (holders.length === 0) return finding;
    return { ...finding, cause: `${finding.cause} On this machine, now: ${holders.slice(0, 3).join('; ')}.` };
  });
}

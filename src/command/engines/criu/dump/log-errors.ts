import { readFile, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { insidePid } from '../../../base/processes.ts';

/** Matches lines of every engine log that look like failures and are none. */
const HARMLESS = /RLIMIT_NOFILE/;

/** Returns the first error lines of an engine's log: the first is the cause, the rest is unwinding. */
export async function firstErrors(path: string, count = 4): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => /\bError \(/.test(line) && !HARMLESS.test(line))
    .map((line) => line.replace(/^\([^)]*\)\s*/, ''))
    .slice(0, count);
}

/**
 * Returns the cause of a failed dump with the line that tells and the first remedy; undefined where none is known.
 * @param pids of the program and what it has started, as seen from here: the log has those of their own namespace
 */
export async function explainDump(path: string, output: string, pids: number[]): Promise<string | undefined> {
  // The catalogue is loaded here: a checkpoint that works does not pay for it.
  const [{ explainText }, { summarise }] = await Promise.all([
    import('../../../diagnosis/explain-text.ts'),
    import('../../../diagnosis/format.ts'),
  ]);
  const log = await readFile(path, 'utf8').catch(() => '');
  // The command itself says that the time ran out.
  const findings = explainText(`${log}\n${output}${await fullDisk(dirname(path))}`).filter(
    ({ code }) => code !== 'CRAC_ENGINE_TIMEOUT',
  );
  if (findings.length === 0) return undefined;
  const seen = await outsideNumbers(pids);
  return summarise(findings.slice(0, 3)).replace(
    /(\b(?:[Pp]rocess|PID) |\/proc\/)(\d+)/g,
    (_, before, pid) => `${before}${seen.get(pid) ?? pid}`,
  );
}

/** Adds a line about a full disk, on which the engine's log itself ends anywhere, and need not tell why. */
async function fullDisk(directory: string): Promise<string> {
  const { bavail } = await statfs(directory);
  return bavail === 0 ? `\n${directory}: No space left on device` : '';
}

/** Returns the numbers that processes have in their own PID namespace → the ones that they have here. */
export async function outsideNumbers(pids: number[]): Promise<Map<string, string>> {
  const numbers = new Map<string, string>();
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const inside = insidePid(status);
    if (inside !== undefined) numbers.set(String(inside), String(pid));
  }
  return numbers;
}

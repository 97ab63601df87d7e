import { readFile } from 'node:fs/promises';

/** Lines of every engine log that look like failures and are none. */
const HARMLESS = /RLIMIT_NOFILE/;

/** The first error lines of an engine's log: the first is the cause, the rest is unwinding. */
export async function firstErrors(path: string, count = 4): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => /\bError \(/.test(line) && !HARMLESS.test(line))
    .map((line) => line.replace(/^\([^)]*\)\s*/, ''))
    .slice(0, count);
}

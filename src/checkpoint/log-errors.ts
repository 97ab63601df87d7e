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

/** The cause of a failed dump with the line that tells and the first remedy; undefined where none is known. */
export async function explainDump(path: string, output: string): Promise<string | undefined> {
  // Loaded here: a checkpoint that works does not pay for the catalogue.
  const [{ explainText }, { summarise }] = await Promise.all([
    import('../diagnosis/explain-text.ts'),
    import('../diagnosis/format.ts'),
  ]);
  const log = await readFile(path, 'utf8').catch(() => '');
  const findings = explainText(`${log}\n${output}`);
  return findings.length > 0 ? summarise(findings.slice(0, 3)) : undefined;
}

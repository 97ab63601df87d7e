import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AptRoot } from '../../src/command/engines/criu/install/apt-root.ts';
import { readAptSources } from '../../src/command/engines/criu/install/apt-sources.ts';
import { mainArchives, thisDistribution } from '../../src/command/engines/criu/install/apt-suites.ts';

/** Debian's suite of what comes next; its programs in Go need no newer C library than this machine's. */
const SUITE = 'testing';

/** The directory with `usr/bin` and so on; it is kept for the next run. */
const kept = (packages: string[]): string => join(tmpdir(), `crac-${SUITE}-${packages.join('+')}`);

/**
 * Fetches packages of Debian's next release and unpacks them into a directory, with an apt of its own: programs that
 * this release lacks, or has too old. Nothing is installed, and what they depend on does not come along.
 *
 * @returns the directory, or why they cannot be had
 */
export async function newerDebian(...packages: string[]): Promise<{ root: string; why: string }> {
  const root = kept(packages);
  if (existsSync(root)) return { root, why: '' };
  const [archive] = mainArchives(await readAptSources(), await thisDistribution());
  if (!archive) return { root, why: "apt's sources name no archive of this distribution" };
  const work = mkdtempSync(`${root}-`);
  try {
    const apt = await AptRoot.create(work);
    await apt.update(archive, SUITE);
    run(
      'apt-get',
      ['-c', join(work, 'apt.conf'), '-o', 'APT::Sandbox::User=root', 'download', ...packages],
      work,
    );
    const files = (await readdir(work)).filter((name) => name.endsWith('.deb'));
    for (const file of files) run('dpkg-deb', ['-x', file, 'root'], work);
    renameSync(join(work, 'root'), root); // whole under its name; of two that make it at once the second is dropped
  } catch (error) {
    if (!existsSync(root)) return { root, why: `${SUITE}: ${(error as Error).message.trim()}` };
  } finally {
    rmSync(work, { recursive: true });
  }
  return { root, why: '' };
}

function run(command: string, words: string[], cwd: string): void {
  const { status, stderr, error } = spawnSync(command, words, { cwd, encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(stderr.trim().split('\n').at(-1));
}

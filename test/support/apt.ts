import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The lock by which test files that run side by side install one after the other. */
const LOCK = join(tmpdir(), 'crac-tests-apt.lock');

/** The command, which waits for another program of this machine that is installing, where it would give up at once. */
const APT = 'apt-get -qq -o DPkg::Lock::Timeout=300';
const INSTALL = `${APT} install -y --no-install-recommends "$@"`;
const SCRIPT = `${INSTALL} || { ${APT} update && ${INSTALL}; }`;

/**
 * Installs Debian's packages, quietly; services that they would start are not wanted: the tests start their own.
 *
 * @returns why they are not installed; undefined where they are
 */
export function aptInstall(...packages: string[]): string | undefined {
  if (process.geteuid?.() !== 0) return 'only root can install it';
  const { status, stderr, error } = spawnSync('flock', [LOCK, 'sh', '-c', SCRIPT, 'sh', ...packages], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    encoding: 'utf8',
  });
  if (error) return `flock cannot be run: ${error.message}`;
  return status === 0 ? undefined : (stderr.trim().split('\n').at(-1) ?? `apt-get ended with ${status}`);
}

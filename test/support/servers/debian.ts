import { execFileSync, spawnSync } from 'node:child_process';

/** Quietly, as root; services that the package would start are not wanted: the tests start their own. */
function install(packages: readonly string[]): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can install it';
  const apt = (...words: string[]) =>
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=300', ...words], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
      encoding: 'utf8',
    });
  const words = ['install', '-y', '--no-install-recommends', ...packages];
  let done = apt(...words);
  if (done.error) return 'there is no apt-get';
  if (done.status !== 0) {
    apt('update');
    done = apt(...words);
  }
  return done.status === 0 ? undefined : done.stderr.trim().split('\n').at(-1);
}

/**
 * Makes sure that a server from Debian's packages is here.
 *
 * @param pattern of the server's binary
 * @returns why it cannot be had; undefined when it is here
 */
export function missing(pattern: string, ...packages: string[]): string | undefined {
  const find = () => globPaths(pattern).length > 0;
  if (find()) return undefined;
  const reason = install(packages);
  return find() ? undefined : `${packages[0]} is not installed: ${reason ?? 'the package has no server'}`;
}

// Node 20 has no glob.
export const globPaths = (pattern: string): string[] =>
  execFileSync('bash', ['-c', `compgen -G '${pattern}' || true`], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

export const userId = (name: string): { uid: number; gid: number } => {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};

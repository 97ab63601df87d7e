import { execFileSync } from 'node:child_process';
import { aptInstall } from '../apt.ts';

/**
 * Makes sure that a server from Debian's packages is here.
 *
 * @param pattern of the server's binary
 * @returns why it cannot be had; undefined when it is here
 */
export function missing(pattern: string, ...packages: string[]): string | undefined {
  const find = () => globPaths(pattern).length > 0;
  if (find()) return undefined;
  const reason = aptInstall(...packages);
  return find() ? undefined : `${packages[0]} is not installed: ${reason ?? 'the package has no server'}`;
}

// Finds paths by a pattern: Node 20 has no glob.
export const globPaths = (pattern: string): string[] =>
  execFileSync('bash', ['-c', `compgen -G '${pattern}' || true`], { encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);

export const userId = (name: string): { uid: number; gid: number } => {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
};

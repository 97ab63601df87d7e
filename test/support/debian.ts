import { spawnSync } from 'node:child_process';
import { aptInstall } from './apt.ts';

const has = (command: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

/**
 * Makes sure that a command is there, from Debian's package where it is not.
 *
 * @returns why it is not; empty where it is. Meant for `test.skipIf(reason)` and the test's name.
 */
export function missing(command: string, ...debianPackages: string[]): string {
  if (has(command)) return '';
  const packages = debianPackages.length > 0 ? debianPackages : [command];
  const reason = aptInstall(...packages);
  return has(command)
    ? ''
    : `needs ${command}: apt-get install ${packages.join(' ')} (${reason ?? 'the packages have none'})`;
}

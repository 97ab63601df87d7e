import { accessSync, constants } from 'node:fs';
import { EngineInstallError } from './errors.ts';
import type { KernelNeeds } from './version.ts';

/** Commands that a person types where there is no apt. Their archives are not read by us: nobody has tried it. */
const COMMANDS: readonly [program: string, command: string][] = [
  ['/usr/bin/dnf', 'dnf install criu'],
  ['/usr/bin/zypper', 'zypper install criu'],
  ['/usr/bin/pacman', 'pacman -S criu'],
  ['/sbin/apk', 'apk add criu'],
];

const isThere = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

export function withoutApt(needs: KernelNeeds): EngineInstallError {
  const command = COMMANDS.find(([program]) => isThere(program))?.[1];
  const wanted = `CRIU ${needs.minimum} or later (${needs.reason})`;
  return new EngineInstallError(
    'package-manager',
    'this machine has no apt, the only package manager that `crac engine install` can use',
    `Install ${wanted} ${command ? `with \`${command}\`` : 'with its package manager'}, or set CRAC_CRIU_PATH to one.`,
  );
}

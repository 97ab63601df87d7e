import { lstatSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { NATIVE, PACKAGE_ROOT } from './paths.ts';

/**
 * Returns the main package's `bin/crac`, where this is the package of a platform that npm has put beside or into it.
 * Elsewhere (a clone, pnpm's store) nothing is replaced.
 */
function scriptOfMainPackage(): string | undefined {
  if (basename(dirname(PACKAGE_ROOT)) !== '@node-crac') return undefined;
  const modules = dirname(dirname(PACKAGE_ROOT));
  const main = basename(dirname(modules)) === 'node-crac' ? dirname(modules) : join(modules, 'node-crac');
  const script = join(main, 'bin/crac');
  return lstatSync(script, { throwIfNoEntry: false })?.isFile() ? script : undefined;
}

/**
 * Puts a link to the native command in the place of the shell script that npm calls `crac`: a restore is then a
 * millisecond sooner. npm would do it in an install script, and runs none.
 * @returns what was replaced; undefined where nothing is to be, or this user may not
 */
export function useNativeCommand(): string | undefined {
  const script = scriptOfMainPackage();
  if (script === undefined) return undefined;
  const aside = `${script}.new-${process.pid}`;
  try {
    symlinkSync(relative(realpathSync(dirname(script)), realpathSync(NATIVE)), aside);
    renameSync(aside, script);
    return script;
  } catch (error) {
    rmSync(aside, { force: true });
    // It is not this user's package: the script does the same, in a millisecond more.
    if (['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './crac.ts';

/**
 * Copies the package as it is on a platform for which nothing native was built: `node_modules/node-crac` without
 * native/.
 *
 * @returns its `crac`; programs in `directory` find the package by its name
 */
export function copyWithoutNative(directory: string): string {
  const copy = join(directory, 'node_modules/node-crac');
  mkdirSync(copy, { recursive: true });
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  return join(copy, 'bin/crac');
}

/**
 * Copies the package as it is installed, with its native part.
 * @returns its directory
 */
export function copyPackage(directory: string): string {
  const copy = join(directory, 'node_modules/node-crac');
  mkdirSync(join(copy, 'native'), { recursive: true });
  for (const name of ['bin', 'dist', 'package.json', 'native/build'])
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  return copy;
}

/** Makes another build of the addon or the preloaded library, as another version of the package would have. */
export function compileOther(folder: 'addon' | 'preload', output: string): void {
  const sources = readdirSync(join(ROOT, 'native', folder)).filter((name) => name.endsWith('.c'));
  execFileSync('cc', [
    ...['-O0', '-g', '-std=gnu11', '-shared', '-fPIC', '-fvisibility=hidden'],
    ...['-I', join(ROOT, 'native'), '-I', join(ROOT, 'node_modules/node-api-headers/include')],
    ...['-o', `${output}.new`],
    ...sources.map((name) => join(ROOT, 'native', folder, name)),
    '-ldl',
  ]);
  renameSync(`${output}.new`, output);
}

/** Does to an installed package what an upgrade does: every file that programs use is another. */
export function upgrade(copy: string): void {
  compileOther('addon', join(copy, 'native/build/addon.node'));
  compileOther('preload', join(copy, 'native/build/no-io-uring.so'));
  const preload = join(copy, 'dist/register.cjs');
  writeFileSync(`${preload}.new`, `${readFileSync(preload, 'utf8')}\nglobalThis.upgraded = true;\n`);
  renameSync(`${preload}.new`, preload);
}

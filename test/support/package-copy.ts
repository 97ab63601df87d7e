import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './crac.ts';

/**
 * The package as it is on a platform for which nothing native was built: `node_modules/node-crac` without native/.
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

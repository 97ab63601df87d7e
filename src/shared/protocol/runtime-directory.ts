import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';

/**
 * Returns the directory where running programs are recorded and caches for this boot are kept. It is only the path, to
 * be shown: whoever uses it checks it (src/command/base/runtime-directory.ts). The native part computes the same
 * (native/base/record.c).
 */
export function runtimeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.CRAC_RUNTIME_DIR) return resolve(env.CRAC_RUNTIME_DIR);
  // macOS and Windows have no /run, and each user has a temporary directory of their own.
  if (process.platform !== 'linux') return join(tmpdir(), `node-crac-${process.geteuid?.() ?? 'user'}`);
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0 && isWritable('/run')) return '/run/node-crac'; // the root of a user namespace cannot write there
  const base = env.XDG_RUNTIME_DIR;
  if (base && isAbsolute(base)) return `${base}/node-crac`;
  // A container whose file system is read-only has the second all the same.
  const temporary = !isWritable('/tmp') && isWritable('/dev/shm') ? '/dev/shm' : '/tmp';
  return `${temporary}/node-crac-${uid}`;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where running programs are recorded and caches for this boot are kept. Only the path: nothing is made.
 * The native part computes the same (native/launcher/record.c).
 */
export function runtimeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  if (env.CRAC_RUNTIME_DIR) return env.CRAC_RUNTIME_DIR;
  // macOS and Windows have no /run, and each user has a temporary directory of their own.
  if (process.platform !== 'linux') return join(tmpdir(), `node-crac-${process.geteuid?.() ?? 'user'}`);
  const uid = process.geteuid?.() ?? 0;
  if (uid === 0 && isWritable('/run')) return '/run/node-crac'; // not for the root of a user namespace
  const base = env.XDG_RUNTIME_DIR;
  return base && isAbsolute(base) ? `${base}/node-crac` : `/tmp/node-crac-${uid}`;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The runtime directory, made if need be. In /tmp anybody could have put it there before: what is not ours is refused.
 *
 * @throws Error that says what to do
 */
export function makeRuntimeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const path = runtimeDirectory(env);
  const advice = 'set CRAC_RUNTIME_DIR to a directory of yours';
  try {
    // Not recursive: Node's recursive mkdir never ends where the kernel refuses new names (/proc).
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') {
      throw new Error(`cannot make the runtime directory ${path}: ${message}; ${advice}`, { cause: error });
    }
  }
  const status = lstatSync(path);
  if (!status.isDirectory() || status.uid !== process.geteuid?.()) {
    throw new Error(`the runtime directory ${path} is not a directory of yours; ${advice}`);
  }
  if ((status.mode & 0o022) !== 0) {
    throw new Error(`the runtime directory ${path} can be written by others; chmod 700 it, or ${advice}`);
  }
  return path;
}

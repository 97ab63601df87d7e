import { lstatSync, mkdirSync } from 'node:fs';
import { runtimeDirectory } from '../../shared/protocol/runtime-directory.ts';
import { SOCKET_PATH_MAX } from '../../shared/protocol/socket-path.ts';
import { CommandError, EXIT } from './command-error.ts';

export { runtimeDirectory };

const ADVICE = 'set CRAC_RUNTIME_DIR to a directory of yours';

/** The longest name of a socket, as it stands behind the runtime directory. */
export const SOCKET_SUFFIX = '/4194304/4194304.sock';

/** Refuses a directory that is not ours alone: in /tmp anybody could have put it there before. */
function check(path: string): void {
  const status = lstatSync(path);
  const uid = process.geteuid?.();
  if (status.isDirectory() && uid !== undefined && status.uid !== uid)
    throw new CommandError(
      `the runtime directory ${path} is not a directory of yours: it belongs to user ${status.uid}. Run crac as that\nuser, or ${ADVICE}`,
      EXIT.engine,
    );
  if (!status.isDirectory())
    throw new CommandError(
      `the runtime directory ${path} is not a directory of yours; ${ADVICE}`,
      EXIT.engine,
    );
  if (uid !== undefined && (status.mode & 0o077) !== 0) {
    const mode = (status.mode & 0o7777).toString(8);
    throw new CommandError(
      `the runtime directory ${path} is open to others (mode ${mode}); chmod 700 it, or ${ADVICE}`,
      EXIT.engine,
    );
  }
}

/**
 * Returns the runtime directory, and makes it if need be.
 * @throws CommandError that says what to do
 */
export function makeRuntimeDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const path = runtimeDirectory(env);
  const most = SOCKET_PATH_MAX - SOCKET_SUFFIX.length;
  const length = Buffer.byteLength(path);
  if (process.platform !== 'win32' && length > most) {
    throw new CommandError(
      `the runtime directory ${path} has a name of ${length} bytes, and sockets in it can be named only up to ${most}; set\nCRAC_RUNTIME_DIR to a shorter one`,
      EXIT.engine,
    );
  }
  try {
    // Not recursive: Node's recursive mkdir never ends where the kernel refuses new names (/proc).
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') {
      throw new CommandError(
        `cannot make the runtime directory ${path}: ${message}; ${ADVICE}`,
        EXIT.engine,
        {
          cause: error,
        },
      );
    }
  }
  check(path);
  return path;
}

/**
 * Returns the runtime directory to read from.
 * @returns undefined where there is none
 * @throws CommandError where it is not ours alone
 */
export function existingRuntimeDirectory(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const path = runtimeDirectory(env);
  if (!lstatSync(path, { throwIfNoEntry: false })) return undefined;
  check(path);
  return path;
}

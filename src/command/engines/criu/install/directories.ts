import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { EngineInstallError } from './errors.ts';

const SHARED = '/usr/local/lib/node-crac/engine';

/**
 * Returns the home; nothing for a user without one: in containers a number that /etc/passwd does not have, and no HOME.
 */
function home(env: NodeJS.ProcessEnv): string | undefined {
  if (env.HOME) return env.HOME;
  try {
    return homedir();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SYSTEM_ERROR') throw error;
    return undefined;
  }
}

function personal(env: NodeJS.ProcessEnv): string | undefined {
  const own = home(env);
  const data = env.XDG_DATA_HOME;
  if (data && isAbsolute(data)) return join(data, 'node-crac/engine');
  return own === undefined ? undefined : join(own, '.local/share/node-crac/engine');
}

/** Lists the private prefixes that `crac engine install` fills, in the order they are looked into. */
export function engineDirectories(env: NodeJS.ProcessEnv = process.env): string[] {
  const own = env.CRAC_HOME ? join(env.CRAC_HOME, 'engine') : undefined;
  return [...new Set([own, SHARED, personal(env)])].filter((path) => path !== undefined);
}

/** Returns where an engine is installed when nothing is said: for everybody if we may, else for this user. */
export function installPrefix(env: NodeJS.ProcessEnv = process.env): string {
  if (env.CRAC_HOME) return join(env.CRAC_HOME, 'engine');
  const own = process.geteuid?.() === 0 ? SHARED : personal(env);
  if (own !== undefined) return own;
  throw new EngineInstallError(
    'failed',
    'this user has no home directory',
    'Set CRAC_HOME to a directory of yours.',
  );
}

/** Lists where the distribution puts `criu`: an ordinary user's PATH often lacks the last. */
export function systemDirectories(env: NodeJS.ProcessEnv = process.env): string[] {
  const path = (env.PATH ?? '').split(delimiter).filter(isAbsolute);
  return [...new Set([...path, '/usr/local/sbin', '/usr/sbin'])];
}

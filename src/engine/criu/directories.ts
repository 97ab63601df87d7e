import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

const SHARED = '/usr/local/lib/node-crac/engine';

function personal(env: NodeJS.ProcessEnv): string {
  const data = env.XDG_DATA_HOME;
  return join(
    data && isAbsolute(data) ? data : join(env.HOME || homedir(), '.local/share'),
    'node-crac/engine',
  );
}

/** The private prefixes that `crac engine install` fills, in the order they are looked into. */
export function engineDirectories(env: NodeJS.ProcessEnv = process.env): string[] {
  const own = env.CRAC_HOME ? [join(env.CRAC_HOME, 'engine')] : [];
  return [...new Set([...own, SHARED, personal(env)])];
}

/** Where an engine is installed when nothing is said: for everybody if we may, else for this user. */
export function installPrefix(env: NodeJS.ProcessEnv = process.env): string {
  if (env.CRAC_HOME) return join(env.CRAC_HOME, 'engine');
  return process.geteuid?.() === 0 ? SHARED : personal(env);
}

/** Where the distribution puts `criu`: an ordinary user's PATH often lacks the last. */
export function systemDirectories(env: NodeJS.ProcessEnv = process.env): string[] {
  const path = (env.PATH ?? '').split(delimiter).filter(isAbsolute);
  return [...new Set([...path, '/usr/local/sbin', '/usr/sbin'])];
}

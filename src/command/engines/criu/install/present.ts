import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { engineDirectories, systemDirectories } from './directories.ts';

const mayExecute = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

function hasInstalled(prefix: string): boolean {
  try {
    return readdirSync(prefix).some(
      (name) => /^criu-\d/.test(name) && mayExecute(join(prefix, name, 'bin/criu')),
    );
  } catch {
    return false; // there is no such directory
  }
}

/**
 * Says whether there is a CRIU where findCriu looks for one. Nothing is started: `crac run` asks this each time. Whether it can
 * work here, `crac checkpoint` and `crac doctor` find out. One that the user has named counts, be it there or not.
 */
export const isCriuPresent = (environment: NodeJS.ProcessEnv = process.env): boolean =>
  Boolean(environment.CRAC_CRIU_PATH) ||
  engineDirectories(environment).some(hasInstalled) ||
  systemDirectories(environment).some((directory) => mayExecute(join(directory, 'criu')));

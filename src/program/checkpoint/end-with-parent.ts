// Captured at load: a program's fake timers must not stop this one.
const { setInterval } = globalThis;

const LOOK_EVERY = 500;

/**
 * Tells whether the `crac run` of this program has been killed. Its number alone would not tell: it may be given to
 * another process.
 */
export function hasLost(parent: number): boolean {
  if (process.platform !== 'win32') return process.ppid !== parent;
  try {
    process.kill(parent, 0); // Windows keeps the number of a parent that has ended
    return false;
  } catch {
    return true;
  }
}

/** Ends this program as under the native supervisor: a killed `crac run` ends the program too. */
export const endNow = (): boolean => process.kill(process.pid, 'SIGKILL');

export function endWithParent(parent: number): void {
  setInterval(() => {
    if (hasLost(parent)) endNow();
  }, LOOK_EVERY).unref();
}

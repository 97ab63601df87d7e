/** The file that `ready()` puts into the program's record; `crac build` waits for it. */
export const READY_FILE = 'ready';

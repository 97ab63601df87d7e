/** The kernel's number of this process: `process.pid` may be an alias after a restore (pid-alias.ts). */
export const OWN_PID = process.pid;

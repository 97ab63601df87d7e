/** The kernel's number of this process: `process.pid` may be an alias after a restore (pid-alias.ts). */
export let OWN_PID = process.pid;

/** Notes the number of a copy whose engine gives it one of its own. */
export function takePid(pid: number): void {
  OWN_PID = pid;
}

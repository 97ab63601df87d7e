import { readFileSync, readlinkSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import type { ProgramRecord } from '../../../../shared/protocol/record.ts';
import { CommandError, EXIT } from '../../../base/command-error.ts';
import { asCommandError } from '../../../checkpoint/system-error.ts';

/**
 * Checks, before the program stops for it, that this process may look into the program's namespaces. If not, the
 * program could neither be dumped nor woken up again.
 * @throws CommandError that names the user to be
 */
export async function checkReachable({ parent, init, mode }: ProgramRecord): Promise<void> {
  if (init === undefined) return;
  const { uid, gid } = await stat(`/proc/${init}`).catch(() => ({ uid: 0, gid: 0 }));
  if (mode === 'user' && uid !== process.geteuid?.()) {
    throw new CommandError(
      `program ${parent} belongs to user ${uid}, and its image must too. Run as that user:\n  setpriv --reuid ${uid} --regid ${gid} --clear-groups crac checkpoint ${parent}`,
      EXIT.target,
    );
  }
  await access(`/proc/${init}/root`).catch((cause) => {
    throw new CommandError(unreachable(parent, init, cause), EXIT.target, { cause });
  });
}

/** Explains each error in its own words: only one of them tells of another user namespace. */
function unreachable(parent: number, init: number, error: NodeJS.ErrnoException): string {
  const { code = '' } = error;
  if (code === 'ENOENT' || code === 'ESRCH')
    return isAlive(init)
      ? `program ${parent} is hidden from this process: /proc is mounted with hidepid. Run as root, or have it mounted without\n  mount -o remount,hidepid=0 /proc`
      : `program ${parent} has just ended, or is not started yet: see \`crac ps\``;
  if (code !== 'EACCES' && code !== 'EPERM')
    return asCommandError(error, `look into program ${parent}`).message;
  if (inOwnUserNamespace() && userNamespace('self') !== userNamespace(String(parent)))
    return `program ${parent} runs outside of the user namespace of this process (a rootless container, \`unshare --user\`), which may not look into it. Leave that, and run there\n  crac checkpoint ${parent}`;
  return `program ${parent} may not be looked into (${code} at /proc/${init}/root): a security module (AppArmor, SELinux), or a capability that is missing, forbids it. See\n  crac doctor`;
}

/** Says whether the kernel knows the process, whatever /proc shows. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Says whether this process is not in the machine's own user namespace, from which all others can be looked into. */
const inOwnUserNamespace = (): boolean =>
  !/^\s*0\s+0\s+4294967295$/m.test(readFileSync('/proc/self/uid_map', 'utf8'));

/** Returns the user namespace of a process; undefined where not even that may be asked. */
function userNamespace(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/user`);
  } catch {
    return undefined;
  }
}

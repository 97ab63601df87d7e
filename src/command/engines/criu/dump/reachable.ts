import { access, stat } from 'node:fs/promises';
import type { ProgramRecord } from '../../../../shared/protocol/record.ts';
import { CommandError, EXIT } from '../../../base/command-error.ts';

/**
 * Before the program stops for it: may this process look into the program's namespaces? If not, the program could
 * neither be dumped nor woken up again.
 *
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
    throw new CommandError(
      `program ${parent} runs in a user namespace that this process may not look into. Run in the one it was started from:\n  nsenter --user --preserve-credentials --target ${parent} crac checkpoint ${parent}`,
      EXIT.target,
      { cause },
    );
  });
}

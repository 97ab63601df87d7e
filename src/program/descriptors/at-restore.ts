import { AT_RESTORE } from '../../shared/protocol/at-restore.ts';
import type { Verdict } from './verdict.ts';

/**
 * Says what a restore asks of a file that stays open (the same rules as in
 * src/command/engines/criu/image/open-files.ts); undefined: nothing.
 */
export function atRestore({ descriptor, owner, action }: Verdict): string | undefined {
  const { kind, access, append, deleted } = descriptor;
  if (deleted || action !== undefined || !['engine', 'policy'].includes(owner)) return undefined;
  if (kind === 'directory') return AT_RESTORE.directory;
  if (kind !== 'regular' || (append && access !== 'r')) return undefined;
  return access === 'r' ? AT_RESTORE.read : AT_RESTORE.write;
}

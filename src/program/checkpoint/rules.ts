import { EngineError } from '../../shared/errors/index.ts';
import { ADAPTERS_OWN, type Policy, readPolicies } from '../../shared/protocol/policy.ts';

/** The rule of an adapter that opens a file again. */
export const reopening = (path: string): Policy => ({
  type: 'filedescriptor',
  action: 'reopen',
  regex: `^${path.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')}$`,
  line: ADAPTERS_OWN,
});

/** @throws EngineError if this process can no longer read its record */
export function rulesIn(record: string): Policy[] {
  try {
    return readPolicies(record);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    throw new EngineError(
      `this process is user ${process.geteuid?.()} by now (setuid) and cannot reach ${record}, which belongs to the user it was started as. Start it as the user that it becomes (setpriv --reuid, or USER in a Dockerfile), or let it give up its rights in an afterRestore hook`,
    );
  }
}

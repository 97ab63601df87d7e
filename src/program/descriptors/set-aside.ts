import { closeSync, constants, openSync } from 'node:fs';
import type { Descriptor } from '../../shared/descriptor.ts';
import { policyFor } from '../../shared/policy-match.ts';
import type { Policy } from '../../shared/protocol/policy.ts';
import { type Lock, type Locker, lockedMessage, locksOf, takeLocks } from './locks.ts';
import { liveHandles } from './provenance/live-handles.ts';
import type { Verdict } from './verdict.ts';

/** The native calls that are needed here. */
export interface Seeker extends Locker {
  memoryFile(name: string): number;
  duplicate(from: number, to: number): void;
  /** Does lseek from the start. */
  seek(fd: number, position: number): void;
}

/** Flags that made the file; opening it again must neither make nor empty it. */
const NOT_AGAIN = constants.O_CREAT | constants.O_EXCL | constants.O_TRUNC;

/** The flag of a descriptor that names a place and refuses every use with EBADF (open(2)). */
const O_PATH = 0o10000000;

interface Handle {
  destroy?(): void;
  close?(): void;
}

/**
 * Closes a socket by the program's own object behind it: closing the bare number under libuv would break its loop.
 * (Node 20 ends itself where process._getActiveHandles() is called while a handle that was collected is not yet closed,
 * and it does not tell of handles that are unref'ed.)
 */
function closeSocket(fd: number): void {
  const owner = liveHandles().get(fd) as Handle | undefined;
  if (owner?.destroy) owner.destroy();
  else owner?.close?.();
}

/**
 * Kinds that the engine opens at a restore: the restorer has carried out the rules about them
 * (native/restore/policies.c).
 */
const ENGINE_OPENS = ['regular', 'directory'];

/** Owners of the process's own descriptors, which no rule reaches. */
const OWN = ['stdio', 'runtime', 'crac'];

/**
 * The descriptors that policies set aside around a dump: `close` closes for good; `reopen` puts a placeholder on the
 * number and opens the path again afterwards, at the same position, or at the end for append. Rules given at the
 * restore decide anew.
 */
export class SetAside {
  readonly #native: Seeker;
  #verdicts: Verdict[] = [];
  /** Locks on files that are opened again: a lock goes with its old descriptor. */
  #locks: Lock[] = [];
  /** Errors about locks that other processes have now. */
  readonly lost: Error[] = [];

  constructor(native: Seeker) {
    this.#native = native;
  }

  /**
   * Carries out the policies, as the last thing before the dump and synchronous with it: nothing of the program runs in
   * between.
   */
  put(verdicts: Verdict[]): void {
    this.#verdicts = verdicts;
    this.#locks = verdicts.flatMap(({ descriptor: { fd, kind, path }, action }) =>
      action === 'reopen' && kind === 'regular' ? locksOf(fd, path ?? `descriptor ${fd}`) : [],
    );
    for (const { descriptor, action } of verdicts) {
      if (action === 'close') this.#close(descriptor);
      if (action === 'reopen' && descriptor.kind !== 'socket') {
        const placeholder = this.#native.memoryFile(`crac-aside${descriptor.fd}`);
        this.#native.duplicate(placeholder, descriptor.fd);
        closeSync(placeholder);
      }
    }
  }

  #close({ fd, kind }: Descriptor): void {
    if (kind === 'socket') {
      closeSocket(fd);
      return;
    }
    // The number stays taken: were it free, the program's next write to it would go into somebody else's connection.
    const unusable = openSync('/', O_PATH);
    this.#native.duplicate(unusable, fd);
    closeSync(unusable);
  }

  /**
   * @param rules given at the restore; none where the program goes on without one
   * @returns what could not be opened again (its number then refuses every use), or was refused
   */
  take(rules: Policy[]): Error[] {
    const opened = new Set<number>();
    const problems: Error[] = [];
    for (const verdict of this.#verdicts) {
      const { descriptor, owner, action } = verdict;
      if (OWN.includes(owner) || (rules.length === 0 && action === undefined)) continue;
      const rule = rules.length > 0 ? policyFor(rules, descriptor) : undefined;
      const problem = this.#settle(verdict, rule);
      if (problem) problems.push(problem);
      else if ((rule?.action ?? 'reopen') === 'reopen') opened.add(descriptor.fd);
    }
    if (this.#locks.length === 0) return problems;
    // Only now: closing any descriptor of a file gives up the POSIX locks on it.
    const locks = this.#locks.filter(({ fd }) => opened.has(fd));
    this.lost.push(
      ...takeLocks(locks, this.#native).map(({ path, holder }) => new Error(lockedMessage(path, holder))),
    );
    return problems;
  }

  #settle({ descriptor, action }: Verdict, rule: Policy | undefined): Error | undefined {
    const { kind } = descriptor;
    const isAway = kind !== 'socket' && action !== undefined;
    if (!isAway && ENGINE_OPENS.includes(kind)) return undefined;
    switch (rule?.action ?? (action === 'reopen' ? 'reopen' : undefined)) {
      case 'reopen':
        return isAway ? this.#reopen(descriptor) : undefined;
      case 'close':
        this.#close(descriptor);
        return undefined;
      case 'ignore':
        if (action === 'reopen' && isAway) this.#close(descriptor); // there is nothing that the engine could have opened
        return undefined;
      case 'error':
        if (action === 'reopen' && isAway) this.#close(descriptor);
        return new Error(
          `descriptor ${descriptor.fd} is refused by line ${rule?.line} of the policies given at the restore: ${descriptor.target}; \`action: reopen\`, \`ignore\` or \`close\` would let it pass`,
        );
    }
    return undefined;
  }

  #reopen(descriptor: Descriptor): Error | undefined {
    try {
      this.#open(descriptor);
      return undefined;
    } catch (cause) {
      this.#close(descriptor);
      const { fd, target } = descriptor;
      return new Error(`descriptor ${fd} cannot be opened again: ${target}: ${(cause as Error).message}`, {
        cause,
      });
    }
  }

  #open({ fd, target, flags, position, append }: Descriptor): void {
    const opened = openSync(target.replace(/ \(deleted\)$/, ''), flags & ~NOT_AGAIN);
    try {
      if (!append && position > 0) this.#native.seek(opened, position);
      this.#native.duplicate(opened, fd);
    } finally {
      closeSync(opened);
    }
  }
}

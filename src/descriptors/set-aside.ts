import { closeSync, constants, openSync } from 'node:fs';
import type { Descriptor } from './descriptor.ts';
import type { Verdict } from './verdict.ts';

/** What must be native for this. */
export interface Seeker {
  memoryFile(name: string): number;
  duplicate(from: number, to: number): void;
  /** lseek from the start. */
  seek(fd: number, position: number): void;
}

/** Flags that made the file; opening it again must neither make nor empty it. */
const NOT_AGAIN = constants.O_CREAT | constants.O_EXCL | constants.O_TRUNC;

/** A descriptor that names a place and refuses every use with EBADF (open(2)). */
const O_PATH = 0o10000000;

interface Handle {
  fd?: number;
  _handle?: { fd?: number };
  destroy?(): void;
  close?(): void;
}

/** The program's own object behind a socket: closing the bare number under libuv would break its loop. */
function closeSocket(fd: number): void {
  const handles = (process as unknown as { _getActiveHandles(): Handle[] })._getActiveHandles();
  const owner = handles.find((handle) => handle._handle?.fd === fd);
  if (owner?.destroy) owner.destroy();
  else owner?.close?.();
}

/**
 * What policies say, carried out around a dump: `close` closes for good; `reopen` puts a placeholder on the number and
 * opens the path again afterwards, at the same position, or at the end for append.
 */
export class SetAside {
  readonly #native: Seeker;
  #files: Descriptor[] = [];

  constructor(native: Seeker) {
    this.#native = native;
  }

  /** The last thing before the dump, synchronous with it: nothing of the program runs in between. */
  put(verdicts: Verdict[]): void {
    this.#files = [];
    for (const { descriptor, action } of verdicts) {
      if (action === 'close') this.#close(descriptor);
      if (action === 'reopen' && descriptor.kind !== 'socket') {
        const placeholder = this.#native.memoryFile(`crac-aside${descriptor.fd}`);
        this.#native.duplicate(placeholder, descriptor.fd);
        closeSync(placeholder);
        this.#files.push(descriptor);
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

  /** @returns what could not be opened again; its number then stays an empty memory file */
  take(): Error[] {
    return this.#files.flatMap((descriptor) => {
      try {
        this.#open(descriptor);
        return [];
      } catch (cause) {
        const { fd, target } = descriptor;
        return [
          new Error(`descriptor ${fd} cannot be opened again: ${target}: ${(cause as Error).message}`, {
            cause,
          }),
        ];
      }
    });
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

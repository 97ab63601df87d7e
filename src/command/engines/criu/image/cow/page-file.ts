import { closeSync, fchmodSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Kind } from './choose.ts';
import type { Part } from './contents.ts';
import { eachStretch, writeAll } from './copy.ts';
import { regularFileEntry } from './files.ts';
import { MAP, type Mapping, STATUS } from './memory-map.ts';

/**
 * The name of the page file in the image; native/preload/discard.c looks for it in /proc/self/maps. CRIU knows the file
 * by this name in the root directory, where there is none: the restorer hands the image's own over by `--inherit-fd`.
 */
export const PAGE_FILE = 'crac-memory.img';

/** The amount of memory of each kind in a page file. */
export type Tally = Partial<Record<Kind, { mappings: number; bytes: number }>>;

/** The one file whose private mappings make up the memory of the restored processes; pages of zeros are holes. */
export class PageFile {
  readonly tally: Tally = {};
  size = 0;
  readonly #path: string;
  readonly #ids = new Map<string, number>();
  #fd: number | undefined;
  #nextId: number;

  /** @param nextId the first free id of files.img */
  constructor(directory: string, nextId: number) {
    this.#path = join(directory, PAGE_FILE);
    this.#nextId = nextId;
  }

  /** @returns the mapping as it shall be in the image */
  add(pid: string, mapping: Mapping, parts: readonly Part[], kind: Kind): Mapping {
    this.#fd ??= openSync(this.#path, 'wx', 0o600);
    const offset = this.size;
    this.size += mapping.end - mapping.start;
    const tally = this.tally[kind] ?? { mappings: 0, bytes: 0 };
    this.tally[kind] = tally;
    tally.mappings++;
    for (const { address, bytes, source, copied } of parts) {
      eachStretch(source, bytes, (pages, at) => {
        tally.bytes += pages.length;
        writeAll(this.#fd as number, pages, offset + address - mapping.start + at);
      });
      copied?.();
    }
    const status = (mapping.status & ~(STATUS.anonymousPrivate | STATUS.heap)) | STATUS.filePrivate;
    return { ...mapping, status, flags: mapping.flags & ~MAP.anonymous, file: this.#idFor(pid), offset };
  }

  /**
   * Returns an id of its own for each process: CRIU takes equal mappings of one file in a parent and its child for
   * copies of one another (check_cow_vmas in criu/mem.c), whatever their offsets.
   */
  #idFor(pid: string): number {
    const id = this.#ids.get(pid) ?? this.#nextId++;
    this.#ids.set(pid, id);
    return id;
  }

  /** Entries for files.img. */
  get entries(): Buffer {
    return Buffer.concat([...this.#ids.values()].map((id) => regularFileEntry(id, `/${PAGE_FILE}`)));
  }

  close(): void {
    if (this.#fd === undefined) return;
    ftruncateSync(this.#fd, this.size);
    fchmodSync(this.#fd, 0o400); // written to while copies run, it would change under them
    closeSync(this.#fd);
    this.#fd = undefined;
  }
}

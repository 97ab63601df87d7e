import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { bytesField, type Field, fieldsOf, messagesOf, numberField } from '../wire.ts';

/** Numbers of images/fdinfo.proto: kinds of files, and the field of a file's entry that has the kind's own facts. */
export const KIND = {
  regular: 1,
  inet: 4,
  unix: 5,
  epoll: 7,
  inotify: 8,
  packet: 11,
  fanotify: 12,
  pidfd: 20,
} as const;
const CONTENT: Record<number, number> = {
  1: 3,
  2: 18,
  3: 17,
  4: 4,
  5: 16,
  6: 8,
  7: 9,
  8: 13,
  9: 10,
  10: 6,
  11: 19,
  12: 14,
  13: 7,
  14: 5,
  15: 11,
  16: 15,
  17: 12,
  18: 20,
  19: 21,
  20: 22,
};
const ENTRY = { type: 1, id: 2 };
const FDINFO = { id: 1, fd: 4 };
const PSTREE = { pid: 1, threads: 5 };
const CORE = { task: 3, state: 1 };
const IDS = { files: 2 };
const GONE = new Set([2, 6]); // TASK_DEAD and TASK_ZOMBIE of criu/include/pid.h

/** A file of files.img. */
export interface DumpedFile {
  id: number;
  type: number;
  /** The facts that the engine noted of this kind of file. */
  facts: Field[];
}

/** A number in a process, PIDs as they are inside. */
export interface Held {
  process: number;
  fd: number;
}

export interface DumpedProcess {
  pid: number;
  threads: number[];
  /** True where the process has ended, and its parent has not asked for its exit code yet. */
  ended: boolean;
  /** The name of the file with its descriptors. */
  table: string | undefined;
}

/** The files that the engine wrote into a directory, read once for all rules. */
export class Dumped {
  readonly names: ReadonlySet<string>;
  readonly processes: DumpedProcess[];
  readonly files: ReadonlyMap<number, DumpedFile>;
  /** The processes that have a file open, by the file's id. */
  readonly holders = new Map<number, Held[]>();
  /** The descriptors of each process, and the ids of their files. */
  readonly tables = new Map<number, Map<number, number>>();
  readonly directory: string;

  /** @throws RangeError where a file is cut off; ENOENT where one is missing */
  constructor(directory: string) {
    this.directory = directory;
    this.names = new Set(readdirSync(directory));
    this.processes = this.messages('pstree.img').map((bytes) => this.#process(fieldsOf(bytes)));
    this.files = new Map(this.messages('files.img').map((bytes) => fileOf(bytes)));
    for (const { pid, table } of this.processes) if (table !== undefined) this.#readTable(pid, table);
  }

  read(name: string): Buffer {
    return readFileSync(join(this.directory, name));
  }

  size(name: string): number {
    return statSync(join(this.directory, name)).size;
  }

  messages(name: string, magicWords: 1 | 2 = 2): Buffer[] {
    return messagesOf(this.read(name), magicWords).map(({ bytes }) => bytes);
  }

  ofKind(kind: number): DumpedFile[] {
    return [...this.files.values()].filter(({ type }) => type === kind);
  }

  holder(id: number): Held | undefined {
    return this.holders.get(id)?.[0];
  }

  #process(fields: Field[]): DumpedProcess {
    const pid = numberField(fields, PSTREE.pid) ?? 0;
    const threads = fields
      .filter(({ number }) => number === PSTREE.threads)
      .flatMap(({ value }) => (Buffer.isBuffer(value) ? [] : [Number(value)]));
    const [core] = this.messages(`core-${pid}.img`);
    const task = core && bytesField(fieldsOf(core), CORE.task);
    const ended = GONE.has((task && numberField(fieldsOf(task.value as Buffer), CORE.state)) ?? 0);
    // CRIU 4.2 notes some number or other for the thread of a process that has ended.
    return ended
      ? { pid, threads: [], ended, table: undefined }
      : { pid, threads, ended, table: this.#tableOf(pid) };
  }

  #tableOf(pid: number): string | undefined {
    const [ids] = this.messages(`ids-${pid}.img`);
    const id = ids && numberField(fieldsOf(ids), IDS.files);
    return id === undefined ? undefined : `fdinfo-${id}.img`;
  }

  #readTable(process: number, name: string): void {
    const table = new Map<number, number>();
    this.tables.set(process, table);
    for (const bytes of this.messages(name)) {
      const fields = fieldsOf(bytes);
      const id = numberField(fields, FDINFO.id) ?? 0;
      const fd = numberField(fields, FDINFO.fd) ?? 0;
      table.set(fd, id);
      const held = this.holders.get(id) ?? [];
      this.holders.set(id, held);
      held.push({ process, fd });
    }
  }
}

function fileOf(bytes: Buffer): [number, DumpedFile] {
  const fields = fieldsOf(bytes);
  const type = numberField(fields, ENTRY.type) ?? 0;
  const id = numberField(fields, ENTRY.id) ?? 0;
  const content = bytesField(fields, CONTENT[type] ?? 0);
  return [id, { id, type, facts: content ? fieldsOf(content.value as Buffer) : [] }];
}

import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { DescriptorLife, Step } from './descriptor-life.ts';
import type { RawFrame } from './event.ts';
import type { TracedProcess } from './processes.ts';

/** The size in bytes; the file is sparse, and takes only what is written. */
const CAPACITY = 256 * 2 ** 20;
const HEADER = 64;
const MAGIC = 'CRACTRC1';

/** The seconds from a call's entry to its record, at most, where nothing else tells whose record it is. */
const SOON = 0.05;
const MICROSECOND = 1e-6;

export interface JournalRecord {
  /**
   * The kind. d: by native/trace at the call itself; c: the same, before a close; l: after a listen; a: by JavaScript,
   * afterwards; s: the runtime's start is over.
   */
  kind: 'd' | 'c' | 'l' | 'a' | 's';
  pid: number;
  tid: number;
  /** The time in seconds since the epoch. */
  time: number;
  fds: number[];
  native: RawFrame[];
  javascript: string[];
  java: string[];
  /** A TCP socket with its addresses, as strace -yy writes it. */
  address?: string;
  /** The name of the thread. */
  comm?: string;
  /** The thread as Node knows it. */
  thread?: string;
}

export interface Found {
  native?: JournalRecord;
  javascript?: JournalRecord;
}

/**
 * Creates the file that native/trace writes in all processes of the run (journal.c); mapped, so that it costs them no
 * system call.
 */
export function createJournal(path: string): void {
  const fd = openSync(path, 'wx', 0o600);
  const header = Buffer.alloc(HEADER);
  header.write(MAGIC, 'latin1');
  header.writeBigUInt64LE(BigInt(HEADER), 8);
  writeSync(fd, header);
  ftruncateSync(fd, CAPACITY);
  closeSync(fd);
}

/** All records by process, and how many there was no room for. */
export class Journal {
  readonly lost: number;
  readonly #records = new Map<number, JournalRecord[]>();

  constructor(path: string) {
    const fd = openSync(path, 'r');
    const header = Buffer.alloc(HEADER);
    readSync(fd, header, 0, HEADER, 0);
    const end = Math.min(Number(header.readBigUInt64LE(8)), CAPACITY);
    this.lost = Number(header.readBigUInt64LE(16));
    const data = Buffer.alloc(Math.max(end - HEADER, 0));
    readSync(fd, data, 0, data.length, HEADER);
    closeSync(fd);
    for (let at = 0; at + 8 <= data.length; ) {
      const size = data.readUInt32LE(at);
      if (size === 0) break; // its process was killed while it wrote
      const length = data.readUInt32LE(at + 4);
      if (length > 0) this.#add(parseRecord(data.toString('utf8', at + 8, at + 8 + length)));
      at += size;
    }
  }

  #add(record: JournalRecord): void {
    const ofProcess = this.#records.get(record.pid) ?? [];
    ofProcess.push(record);
    this.#records.set(record.pid, ofProcess);
  }

  #of({ pid, inner }: TracedProcess): JournalRecord[] | undefined {
    return this.#records.get(inner ?? pid);
  }

  /** Finds what the program itself knows of the call that made this descriptor. */
  find(process: TracedProcess, { fd, born, ended }: DescriptorLife): Found {
    const { call } = born;
    if (!call) return {};
    const within = (record: JournalRecord) =>
      record.time >= call.time && record.time <= (ended?.time ?? Number.POSITIVE_INFINITY);
    const own = this.#of(process);
    // The first process of a PID namespace does not learn its number outside.
    const candidates = (own ?? [...this.#records.values()].flat()).filter(
      (record) => record.fds.includes(fd) && within(record),
    );
    const native = candidates.find(
      ({ kind, tid, time }) =>
        kind === 'd' && (own && process.inner === undefined ? tid === call.tid : time - call.time < SOON),
    );
    if (native?.javascript.length) return { native, javascript: native };
    const javascript = own && candidates.find(({ kind }) => kind === 'a');
    return { ...(native && { native }), ...(javascript && { javascript }) };
  }

  /** Returns the address that a socket listens on: the kernel may have chosen its port. */
  listeningAddress(process: TracedProcess, { fd, born, ended }: DescriptorLife): string | undefined {
    const until = ended?.time ?? Number.POSITIVE_INFINITY;
    return this.#of(process)?.find(
      ({ kind, time, fds }) => kind === 'l' && fds[0] === fd && time >= born.time && time <= until,
    )?.address;
  }

  /** Finds what the program itself knows of the call that ended a descriptor. */
  findEnd(process: TracedProcess, { fd }: DescriptorLife, { what, time, tid }: Step): Found {
    const fits = (record: JournalRecord) =>
      (record.tid === tid || process.inner !== undefined) &&
      record.fds.includes(fd) &&
      // A close is written down before it is done, what replaces a descriptor afterwards.
      (what === 'closed'
        ? record.kind === 'c' && record.time <= time + MICROSECOND && record.time > time - SOON
        : record.kind === 'd' && record.time >= time && record.time < time + SOON);
    const native = this.#of(process)
      ?.filter(fits)
      .at(what === 'closed' ? -1 : 0);
    return native ? { native, ...(native.javascript.length > 0 && { javascript: native }) } : {};
  }

  /** Returns when the runtime of a Node process had started; undefined for other programs. */
  startOf(process: TracedProcess): number | undefined {
    return this.#of(process)
      ?.filter(({ kind }) => kind === 's')
      .at(-1)?.time;
  }
}

export function parseRecord(text: string): JournalRecord {
  const [head = '', ...lines] = text.split('\n');
  const [kind, pid, tid, time, ...fds] = head.split(' ');
  const record: JournalRecord = {
    kind: kind as JournalRecord['kind'],
    pid: Number(pid),
    tid: Number(tid),
    time: Number(time),
    fds: fds.map(Number).filter((fd) => fd >= 0),
    native: [],
    javascript: [],
    java: [],
  };
  for (const line of lines) {
    const rest = line.slice(2);
    if (line.startsWith('n ')) record.native.push(frameOf(rest));
    else if (line.startsWith('m ')) record.comm = rest;
    else if (line.startsWith('w ')) record.address = rest;
    else if (line.startsWith('v ')) record.java.push(rest);
    else if (line.startsWith('j ')) record.javascript.push(rest);
    else if (line.startsWith('t ')) record.thread = rest;
  }
  return record;
}

function frameOf(text: string): RawFrame {
  const space = text.indexOf(' ');
  const address = Number.parseInt(text.slice(0, space), 16);
  const path = text.slice(space + 1);
  return path.startsWith('/') ? { path, address } : { address };
}

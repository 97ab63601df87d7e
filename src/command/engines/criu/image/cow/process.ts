import { closeSync, ftruncateSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { punch } from '../../../../image/native-files.ts';
import { besideCode, type Kind, kindOf, type Process } from './choose.ts';
import { bytesOf, type Contents, contentsOf, firstWords, type Part, SLICE, underneath } from './contents.ts';
import { eachStretch, writeAll } from './copy.ts';
import { MAP, type Mapping, PROT, parseMemoryMap, replaceMappings, STATUS } from './memory-map.ts';
import type { PageFile } from './page-file.ts';
import { formatPageMap, PAGE, type PageRun, PLAIN_RUN_FLAGS, parsePageMap } from './page-map.ts';

/** The share of pages that hold something below which reading them is as good as mapping. */
const WORTH_IT = 1 / 16;

export interface Conversion {
  directory: string;
  pid: string;
  form: 'plain' | 'cow';
  /** Names of the files in files.img by id. */
  names: ReadonlyMap<number, string>;
  /** The name of the root process's program file. */
  rootProgram: string;
  /** The page file that the dumped program itself was restored from, if any. */
  older: { fd: number; isNamed: (name: string) => boolean } | undefined;
  pageFile: PageFile;
}

/** Rewrites one process's memory: what may be mapped goes to the page file, the rest stays in pages-N.img. */
export function convertProcess(conversion: Conversion): void {
  const { directory, pid } = conversion;
  const paths = { mm: join(directory, `mm-${pid}.img`), map: join(directory, `pagemap-${pid}.img`) };
  const memoryMap = readFileSync(paths.mm);
  const pageMap = readFileSync(paths.map);
  const { pagesId, runs } = parsePageMap(pageMap);
  const { program, mappings } = parseMemoryMap(memoryMap);
  const pagesPath = join(directory, `pages-${pagesId}.img`);
  const pages = openSync(pagesPath, 'r+');
  const room = new Room(pages);
  try {
    const plans = plan(
      conversion,
      program,
      contentsOf(mappings, runs, pages, (end) => room.copied(end)),
    );
    if (plans.every(({ to }) => to === 'same')) return;
    const changed = new Map<number, Mapping>();
    const kept = new KeptPages(`${pagesPath}.new`);
    for (const { contents, parts, kind, to } of plans) {
      const { mapping } = contents;
      if (to === 'page-file')
        changed.set(mapping.start, conversion.pageFile.add(pid, mapping, parts, kind as Kind));
      else for (const part of parts) kept.add(part, part.source.fd === pages);
      if (to === 'anonymous') changed.set(mapping.start, asAnonymous(mapping));
    }
    kept.close();
    writeFileSync(paths.mm, replaceMappings(memoryMap, changed));
    writeFileSync(paths.map, formatPageMap(pageMap, kept.runs));
    renameSync(`${pagesPath}.new`, pagesPath);
  } finally {
    closeSync(pages);
  }
}

interface Plan {
  contents: Contents;
  kind: Kind | undefined;
  /** The parts of all that the mapping held, in order. */
  parts: Part[];
  to: 'page-file' | 'anonymous' | 'same';
}

function plan(conversion: Conversion, program: number, all: Contents[]): Plan[] {
  const { older, form } = conversion;
  const kindOfContents = chooser(
    conversion,
    program,
    all.map(({ mapping }) => mapping),
  );
  return all.map((contents) => {
    const kind = kindOfContents(contents);
    const parts =
      kind === 'page-file' && older
        ? inOrder(contents, underneath(contents, older.fd, PLAIN_RUN_FLAGS))
        : contents.parts;
    if (form === 'cow' && kind && isWorthIt(contents, kind))
      return { contents, kind, parts, to: 'page-file' };
    return { contents, kind, parts, to: kind === 'page-file' ? 'anonymous' : 'same' };
  });
}

function chooser(
  { names, rootProgram, older }: Conversion,
  program: number,
  mappings: readonly Mapping[],
): (contents: Contents) => Kind | undefined {
  const fileOf = ({ status, file }: Mapping) => (status & STATUS.filePrivate ? (names.get(file) ?? '') : '');
  const files = mappings.map(fileOf);
  const facts: Process = {
    isNode: names.get(program) === rootProgram,
    discardIsSafe: files.some((name) => name.endsWith('/no-io-uring.so')),
    hasGlibc: files.some((name) => /\/libc(\.so\.6|-2\.\d+\.so)$/.test(name)),
  };
  const beside = besideCode(mappings);
  return (contents) => {
    const name = fileOf(contents.mapping);
    if (name !== '' && older?.isNamed(name)) return 'page-file';
    return kindOf(contents.mapping, facts, beside, () => firstWords(contents, 4));
  };
}

const inOrder = (contents: Contents, more: Part[]): Part[] =>
  [...contents.parts, ...more].sort((a, b) => a.address - b.address);

function isWorthIt({ mapping, parts }: Contents, kind: Kind): boolean {
  if (kind === 'page-file') return (mapping.protection & PROT.exec) === 0;
  return bytesOf(parts) >= (mapping.end - mapping.start) * WORTH_IT && parts.length > 0;
}

function asAnonymous(mapping: Mapping): Mapping {
  const status = (mapping.status & ~STATUS.filePrivate) | STATUS.anonymousPrivate;
  return { ...mapping, status, flags: mapping.flags | MAP.anonymous, file: 0, offset: 0 };
}

/**
 * The room on the disk that the dump's own pages take: it is given back as they are copied; else an image needs its
 * size twice.
 */
class Room {
  readonly #fd: number;
  #given = 0;
  #possible = true;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Notes the end of what was copied: pages are copied in the order in which they stand. */
  copied(end: number): void {
    if (!this.#possible || end - this.#given < SLICE) return;
    this.#possible = punch(this.#fd, this.#given, end - this.#given);
    this.#given = end;
  }
}

/** The pages file as it becomes: what is kept, one after the other. */
class KeptPages {
  readonly runs: PageRun[] = [];
  readonly #fd: number;
  #at = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'w', 0o600);
  }

  /** @param whole also pages that hold only zeros, as the engine has dumped them */
  add({ address, bytes, flags, source, copied }: Part, whole: boolean): void {
    const start = this.#at;
    if (whole) this.runs.push({ address, pages: bytes / PAGE, flags, at: start });
    eachStretch(source, bytes, (pages, at) => {
      if (!whole) this.runs.push({ address: address + at, pages: pages.length / PAGE, flags, at: this.#at });
      writeAll(this.#fd, pages, whole ? start + at : this.#at);
      if (!whole) this.#at += pages.length;
    });
    if (whole) this.#at = start + bytes;
    copied?.();
  }

  close(): void {
    ftruncateSync(this.#fd, this.#at);
    closeSync(this.#fd);
  }
}

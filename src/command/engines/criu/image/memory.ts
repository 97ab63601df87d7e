import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { MemoryPart } from '../../../image/report/memory.ts';
import { isInV8Range } from './cow/choose.ts';
import { parseFiles } from './cow/files.ts';
import { MAP, type Mapping, PROT, parseMemoryMap, STATUS } from './cow/memory-map.ts';
import { PAGE_FILE } from './cow/page-file.ts';
import { PAGE, parsePageMap } from './cow/page-map.ts';

/** @returns undefined where the image's files do not tell: it is compressed, or of an engine without them */
export function memoryOf(image: string): MemoryPart[] | undefined {
  const names = readdirSync(image);
  const maps = names.filter((name) => /^mm-\d+\.img$/.test(name));
  if (maps.length === 0 || !names.includes('files.img')) return undefined;
  const files = parseFiles(readFileSync(join(image, 'files.img'))).names;
  const held = heldIn(join(image, PAGE_FILE));
  return maps.flatMap((name) => {
    const process = Number(name.slice(3, -4));
    const { mappings } = parseMemoryMap(readFileSync(join(image, name)));
    const dumped = runsOf(join(image, `pagemap-${process}.img`));
    return mappings.map((mapping): MemoryPart => {
      const path = files.get(mapping.file) ?? '';
      const isPageFile = (mapping.status & STATUS.filePrivate) !== 0 && basename(path) === PAGE_FILE;
      const isFile = (mapping.status & (STATUS.filePrivate | STATUS.fileShared)) !== 0 && !isPageFile;
      return {
        process,
        start: mapping.start,
        end: mapping.end,
        kind: kindOf(mapping, isFile, isPageFile),
        file: isFile ? path : '',
        permissions: permissionsOf(mapping),
        bytes:
          bytesWithin(dumped, mapping.start, mapping.end) +
          (isPageFile ? held(mapping.offset, mapping.offset + mapping.end - mapping.start) : 0),
      };
    });
  });
}

/** Returns what people call a mapping; V8's is told by where it asks for memory (native/preload/discard.c). */
function kindOf(
  { start, end, status, flags, protection }: Mapping,
  isFile: boolean,
  isPageFile: boolean,
): string {
  if (isFile) return status & STATUS.fileShared ? 'shared files' : 'changed parts of files';
  if (flags & MAP.growsDown) return 'stack';
  if (isInV8Range(start, end)) return protection & PROT.exec ? 'V8 code' : 'V8 heap';
  if (protection & PROT.exec) return 'other code';
  if (status & STATUS.heap) return 'C heap';
  if (isPageFile || start % (64 << 20) === 0) return 'C heap';
  if ((flags & MAP.typeMask) !== MAP.private) return 'shared memory';
  return 'other memory';
}

const permissionsOf = ({ protection, flags }: Mapping): string =>
  [
    protection & PROT.read ? 'r' : '-',
    protection & PROT.write ? 'w' : '-',
    protection & PROT.exec ? 'x' : '-',
    (flags & MAP.typeMask) === MAP.private ? 'p' : 's',
  ].join('');

type Run = { start: number; end: number };

function runsOf(path: string): Run[] {
  if (!existsSync(path)) return [];
  return parsePageMap(readFileSync(path)).runs.map(({ address, pages }) => ({
    start: address,
    end: address + pages * PAGE,
  }));
}

const bytesWithin = (runs: Run[], start: number, end: number): number =>
  runs.reduce((sum, run) => sum + Math.max(0, Math.min(run.end, end) - Math.max(run.start, start)), 0);

const CHUNK = 1 << 20;

/** Returns a function that counts the bytes of pages that are not all zeros in a stretch of the page file. */
function heldIn(path: string): (from: number, to: number) => number {
  if (!existsSync(path)) return () => 0;
  const zero = Buffer.alloc(PAGE);
  const buffer = Buffer.alloc(CHUNK);
  const pages = new Uint8Array(Math.ceil(statSync(path).size / PAGE));
  const fd = openSync(path, 'r');
  try {
    for (let at = 0, got = 1; got > 0; at += got) {
      got = readSync(fd, buffer, 0, CHUNK, at);
      for (let page = 0; page < got; page += PAGE)
        if (zero.compare(buffer, page, Math.min(page + PAGE, got), 0, Math.min(PAGE, got - page)) !== 0)
          pages[(at + page) / PAGE] = 1;
    }
  } finally {
    closeSync(fd);
  }
  return (from, to) => pages.subarray(from / PAGE, to / PAGE).reduce((sum, one) => sum + one, 0) * PAGE;
}

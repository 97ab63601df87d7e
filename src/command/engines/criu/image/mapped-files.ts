import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { MappedFile } from '../../../image/contents.ts';
import { parseMemoryMap, STATUS } from './cow/memory-map.ts';
import { bytesField, fieldsOf, messagesOf, numberField } from './wire.ts';

// Numbers of images/fdinfo.proto and images/regfile.proto.
const FILE = { id: 2, regular: 3 };
const REGULAR = { name: 6, size: 8, buildId: 11 };

/** Returns the ids, in files.img, of what processes have mapped or execute. */
export function mappedIds(directory: string): Set<number> {
  const ids = new Set<number>();
  for (const name of readdirSync(directory)) {
    if (!/^mm-\d+\.img$/.test(name)) continue;
    const { program, mappings } = parseMemoryMap(readFileSync(join(directory, name)));
    ids.add(program);
    for (const { file, status } of mappings)
      if (status & (STATUS.filePrivate | STATUS.fileShared)) ids.add(file);
  }
  return ids;
}

/** Returns the ids of files that had lost their names: the image holds them itself (remap-fpath.proto). */
export function keptIds(directory: string): Set<number> {
  const path = join(directory, 'remap-fpath.img');
  if (!existsSync(path)) return new Set();
  return new Set(messagesOf(readFileSync(path)).map(({ bytes }) => numberField(fieldsOf(bytes), 1) ?? 0));
}

/** @param root where the program's own `/` is seen from here */
export function mappedFiles(image: Buffer, directory: string, root: string): MappedFile[] {
  const ids = mappedIds(directory);
  for (const id of keptIds(directory)) ids.delete(id);
  const found = new Map<string, MappedFile>();
  for (const { bytes } of messagesOf(image)) {
    const fields = fieldsOf(bytes);
    const entry = bytesField(fields, FILE.regular);
    if (!entry || !ids.has(numberField(fields, FILE.id) ?? 0)) continue;
    const regular = fieldsOf(entry.value as Buffer);
    const path = String(bytesField(regular, REGULAR.name)?.value ?? '');
    const size = numberField(regular, REGULAR.size);
    const status = statSync(`${root}${path}`, { bigint: true, throwIfNoEntry: false });
    // Without a size it is no plain file.
    if (size === undefined || !status) continue;
    const words = regular.filter(({ number }) => number === REGULAR.buildId);
    found.set(path, { path, size, modified: String(status.mtimeNs), buildId: hexadecimal(words) });
  }
  return [...found.values()];
}

/** Writes a build id, which the engine keeps as 32-bit words in the machine's byte order. */
function hexadecimal(words: { value: bigint | Buffer }[]): string | undefined {
  if (words.length === 0) return undefined;
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach(({ value }, index) => {
    bytes.writeUInt32LE(Number(value), index * 4);
  });
  return bytes.toString('hex');
}

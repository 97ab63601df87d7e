import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenFile } from '../../../image/contents.ts';
import { factsOf } from '../../../image/file-facts.ts';
import { framed } from './encode.ts';
import { keptIds, mappedIds } from './mapped-files.ts';
import { rewrite } from './rewrite.ts';
import { bytesField, type Field, fieldsOf, messagesOf, numberField } from './wire.ts';

// Numbers of images/fdinfo.proto, images/regfile.proto and images/core.proto (task_kobj_ids).
const FILE = { id: 2, regular: 3 };
const FDINFO = { id: 1, type: 3, fd: 4 };
const IDS = { files: 2 };
const TYPE_REGULAR = 1;
const REGULAR = { flags: 2, position: 3, name: 6, size: 8, mode: 10, buildId: 11 };
const S_IFMT = 0o170000;
const S_IFREG = 0o100000;
const S_IFDIR = 0o040000;
const O_ACCMODE = 3;
const O_APPEND = 0o2000;

interface Holder {
  process: number;
  fd: number;
}

/** Returns who has which file of files.img open. */
function holders(directory: string): Map<number, Holder> {
  const names = readdirSync(directory);
  const found = new Map<number, Holder>();
  for (const name of names) {
    const process = Number(name.match(/^ids-(\d+)\.img$/)?.[1]);
    if (!process) continue;
    const [ids] = messagesOf(readFileSync(join(directory, name)));
    const table = `fdinfo-${ids && numberField(fieldsOf(ids.bytes), IDS.files)}.img`;
    if (!names.includes(table)) continue;
    for (const { bytes } of messagesOf(readFileSync(join(directory, table)))) {
      const fields = fieldsOf(bytes);
      const id = numberField(fields, FDINFO.id);
      if (numberField(fields, FDINFO.type) !== TYPE_REGULAR || id === undefined || found.has(id)) continue;
      found.set(id, { process, fd: numberField(fields, FDINFO.fd) ?? 0 });
    }
  }
  return found;
}

/** Tells whether a path is a place that the kernel fills anew each time it is read. */
const madeUp = (path: string): boolean => /^\/(?:proc|sys|dev)\//.test(path);

function openFile(regular: Field[], holder: Holder, root: string): OpenFile | undefined {
  const path = nameOf(regular);
  const mode = numberField(regular, REGULAR.mode) ?? 0;
  const flags = numberField(regular, REGULAR.flags) ?? 0;
  // A directory's position is a hash of the file system's, up to 2^63 - 1: more than a number holds.
  const position = Math.min(numberField(regular, REGULAR.position) ?? 0, Number.MAX_SAFE_INTEGER);
  if (!path.startsWith('/') || madeUp(path) || ![S_IFREG, S_IFDIR].includes(mode & S_IFMT)) return undefined;
  const facts = factsOf(`${root}${path}`, position, numberField(regular, REGULAR.size));
  if (!facts) return undefined; // the file has no name any more: its content is in the image
  const writes = (flags & O_ACCMODE) !== 0;
  const access =
    (mode & S_IFMT) === S_IFDIR ? 'directory' : !writes ? 'read' : flags & O_APPEND ? 'append' : 'write';
  return { path, ...holder, access, position, ...facts, mode };
}

/**
 * Finds the files that processes have open, and takes from each entry what the engine would compare at a restore (size
 * and build id): the restorer compares itself (native/restore/open-files.c), because it can tell a log that grew from
 * a file that was replaced, and say what would allow it.
 *
 * @param image files.img
 * @param root where the program's own `/` is seen from here
 * @param given names of files that the caller gives at the restore instead
 */
export function prepareFiles(
  image: Buffer,
  directory: string,
  root: string,
  given: ReadonlySet<string>,
): { image: Buffer; open: OpenFile[] } {
  const held = holders(directory);
  const others = new Set([...mappedIds(directory), ...keptIds(directory)]);
  const parts: Buffer[] = [image.subarray(0, 8)];
  const open: OpenFile[] = [];
  for (const { bytes } of messagesOf(image)) {
    const fields = fieldsOf(bytes);
    const id = numberField(fields, FILE.id) ?? 0;
    const entry = bytesField(fields, FILE.regular);
    const holder = others.has(id) ? undefined : held.get(id);
    const regular = entry && fieldsOf(entry.value as Buffer);
    const file =
      regular && holder && !given.has(nameOf(regular).slice(1)) ? openFile(regular, holder, root) : undefined;
    if (file) {
      open.push(file);
      parts.push(framed(notCompared(bytes)));
    } else parts.push(framed(bytes));
  }
  return { image: Buffer.concat(parts), open };
}

const nameOf = (regular: Field[]): string => String(bytesField(regular, REGULAR.name)?.value ?? '');
const COMPARED = new Set([REGULAR.size, REGULAR.buildId]);

/** Returns the entry without what the engine would compare; all else stays byte by byte. */
const notCompared = (entry: Buffer): Buffer =>
  rewrite(entry, (outer, regular) =>
    outer !== FILE.regular
      ? regular
      : rewrite(regular, (number, content) => (COMPARED.has(number) ? undefined : content)),
  );

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FORMAT_FIELDS = 2; // kernel_count, outside_vdso, of native/engines/direct/format.h

/** Where the program's vDSO stands in the tables: the one ELF file in them. */
function vdsoIn(tables: Buffer): number {
  const at = tables.lastIndexOf('\x7fELF\x02\x01\x01');
  if (at < 0) throw new Error('this direct.img has no vDSO');
  return at;
}

/** Makes an image of the engine direct one of another kernel: its vDSO has another build id, and that alone. */
export function madeUnderAnotherKernel(image: string): void {
  const path = join(image, 'direct.img');
  const tables = readFileSync(path);
  const note = tables.indexOf('GNU\0', vdsoIn(tables));
  tables[note + 4] = ~(tables[note + 4] as number) & 0xff;
  writeFileSync(path, tables);
}

/** Makes it one of a node-crac that did not look where threads stood. */
export function madeByAnOlderOne(image: string): void {
  const path = join(image, 'direct.img');
  const tables = readFileSync(path);
  // `kernel_count, outside_vdso` as 16 bits each, then the number of the vDSO, which is the last of the kernel's.
  const count = [6, 5, 4, 3, 2, 1].map((pieces) => ({
    pieces,
    at: tables.indexOf(Buffer.from(Uint16Array.of(pieces, 1, pieces - 1, 0).buffer)),
  }));
  const found = count.filter(({ at }) => at > 0 && at % 4 === 0 && at < vdsoIn(tables));
  if (found.length !== 1) throw new Error(`this direct.img tells of ${found.length} kernels`);
  tables.writeUInt16LE(0, (found[0]?.at as number) + FORMAT_FIELDS);
  writeFileSync(path, tables);
}

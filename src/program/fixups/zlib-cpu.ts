import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';

/**
 * Restricts what zlib takes of the CPU. zlib has no switch for it: it looks once, at its first use, into variables of
 * its own. Under `crac run --cpu` the places of these are told (src/command/machine/cpu-level.ts), counted from the
 * first mapping of one node binary; in a process of another binary nothing is done.
 * @param setting `INODE SIZE PLACE…` of CRAC_ZLIB_CPU
 */
export function restrictZlib(setting: string): void {
  const [inode, size, ...places] = setting.split(' ').map(Number);
  const status = statSync('/proc/self/exe');
  if (status.ino !== inode || status.size !== size) return;
  const { deflateRawSync } = process.getBuiltinModule('node:zlib'); // loaded where it is needed only
  deflateRawSync(Buffer.of(0)); // now zlib has looked
  const first = readFileSync('/proc/self/maps', 'latin1')
    .split('\n')
    .find((line) => line.includes(` ${inode} `) && / 0{8} /.test(line));
  if (first === undefined) return;
  const base = Number.parseInt(first, 16);
  const memory = openSync('/proc/self/mem', 'r+');
  try {
    for (const place of places) writeSync(memory, Buffer.alloc(4), 0, 4, base + place);
  } finally {
    closeSync(memory);
  }
}

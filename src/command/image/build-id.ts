import { closeSync, openSync, readSync } from 'node:fs';

const PT_NOTE = 4;
const NT_GNU_BUILD_ID = 3;
const HEADER = 64;
const PROGRAM_HEADER = 56;
const LONGEST = 4096;

/**
 * Reads what the linker has written into a program or library to tell its builds apart, as native/restore/build-id.c
 * does.
 */
export function buildIdOf(path: string): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return undefined; // not ours to read: then only sizes are compared
  }
  try {
    return findIn(fd);
  } finally {
    closeSync(fd);
  }
}

function findIn(fd: number): string | undefined {
  const header = bytes(fd, 0, HEADER);
  if (header.length < HEADER || header.readUInt32BE(0) !== 0x7f454c46 || header[4] !== 2) return undefined;
  const table = bytes(fd, Number(header.readBigUInt64LE(32)), header.readUInt16LE(56) * PROGRAM_HEADER);
  for (let at = 0; at + PROGRAM_HEADER <= table.length; at += PROGRAM_HEADER) {
    const size = Number(table.readBigUInt64LE(at + 32));
    if (table.readUInt32LE(at) !== PT_NOTE || size > LONGEST) continue;
    const found = inNotes(bytes(fd, Number(table.readBigUInt64LE(at + 8)), size));
    if (found !== undefined) return found;
  }
  return undefined;
}

const padded = (size: number): number => (size + 3) & ~3;

function inNotes(notes: Buffer): string | undefined {
  for (let at = 0; at + 12 <= notes.length; ) {
    const name = notes.readUInt32LE(at);
    const size = notes.readUInt32LE(at + 4);
    const text = at + 12 + padded(name);
    if (
      notes.readUInt32LE(at + 8) === NT_GNU_BUILD_ID &&
      notes.toString('latin1', at + 12, at + 16) === 'GNU\0'
    )
      return notes.toString('hex', text, text + size);
    at = text + padded(size);
  }
  return undefined;
}

function bytes(fd: number, from: number, size: number): Buffer {
  const buffer = Buffer.alloc(size);
  return buffer.subarray(0, readSync(fd, buffer, 0, size, from));
}

import { contentBytes, framed, numberBytes } from '../encode.ts';
import { type Field, fieldsOf, messagesOf, numberField } from '../wire.ts';

/** One mapping of a dumped process, as mm-*.img has it (numbers of images/vma.proto). */
export interface Mapping {
  start: number;
  end: number;
  /** The offset in the file in bytes, for a mapping of a file. */
  offset: number;
  /** The id of the file's entry in files.img, for a mapping of a file. */
  file: number;
  protection: number;
  flags: number;
  status: number;
  /** Bits of the `MADV_` values that were set. */
  advice: number;
}

const VMA = {
  start: 1,
  end: 2,
  pgoff: 3,
  shmid: 4,
  prot: 5,
  flags: 6,
  status: 7,
  fd: 8,
  madv: 9,
  fdflags: 10,
};
const MM = { exeFile: 12, vma: 14 };

/** Bits of `status` (criu/include/image.h) and of `flags` (the kernel's mman.h). */
export const STATUS = { heap: 1 << 5, filePrivate: 1 << 6, fileShared: 1 << 7, anonymousPrivate: 1 << 9 };
export const MAP = {
  typeMask: 0x0f,
  private: 0x02,
  anonymous: 0x20,
  growsDown: 0x0100,
  locked: 0x2000,
  hugeTlb: 0x40000,
};
export const PROT = { read: 1, write: 2, exec: 4 };

export interface MemoryMap {
  /** The id of the program file's entry in files.img. */
  program: number;
  mappings: Mapping[];
}

export function parseMemoryMap(image: Buffer): MemoryMap {
  const fields = fieldsOf(theMessage(image));
  return { program: numberField(fields, MM.exeFile) ?? 0, mappings: vmasOf(fields).map(parseVma) };
}

const theMessage = (image: Buffer): Buffer => {
  const message = messagesOf(image)[0];
  if (!message) throw new RangeError('the memory map is missing');
  return message.bytes;
};
const vmasOf = (fields: Field[]): Field[] => fields.filter(({ number }) => number === MM.vma);

function parseVma({ value }: Field): Mapping {
  const fields = fieldsOf(value as Buffer);
  const of = (number: number): number => numberField(fields, number) ?? 0;
  return {
    start: of(VMA.start),
    end: of(VMA.end),
    offset: of(VMA.pgoff),
    file: of(VMA.shmid),
    protection: of(VMA.prot),
    flags: of(VMA.flags),
    status: of(VMA.status),
    advice: of(VMA.madv),
  };
}

/** Returns the image with the mappings that `changed` has for a start address in place of its own. */
export function replaceMappings(image: Buffer, changed: ReadonlyMap<number, Mapping>): Buffer {
  const message = theMessage(image);
  const parts: Buffer[] = [];
  let at = 0;
  for (const field of vmasOf(fieldsOf(message))) {
    const mapping = changed.get(parseVma(field).start);
    if (!mapping) continue;
    parts.push(message.subarray(at, field.start), contentBytes(MM.vma, vmaBytes(mapping)));
    at = field.offset + field.length;
  }
  parts.push(message.subarray(at));
  return Buffer.concat([image.subarray(0, 8), framed(Buffer.concat(parts))]);
}

function vmaBytes(mapping: Mapping): Buffer {
  return Buffer.concat([
    numberBytes(VMA.start, mapping.start),
    numberBytes(VMA.end, mapping.end),
    numberBytes(VMA.pgoff, mapping.offset),
    numberBytes(VMA.shmid, mapping.file),
    numberBytes(VMA.prot, mapping.protection),
    numberBytes(VMA.flags, mapping.flags),
    numberBytes(VMA.status, mapping.status),
    numberBytes(VMA.fd, 1), // -1 as a signed number: none
    ...(mapping.advice ? [numberBytes(VMA.madv, mapping.advice)] : []),
    ...(mapping.status & STATUS.filePrivate ? [numberBytes(VMA.fdflags, 0)] : []), // O_RDONLY
  ]);
}

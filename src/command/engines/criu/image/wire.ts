/**
 * The one reader of protobuf's wire format, without a schema: enough for the few facts that a checkpoint needs from
 * CRIU's own images. A message is a list of fields; the numbers of the fields are those of CRIU's images/*.proto.
 */
export interface Field {
  number: number;
  /** The value of a varint, fixed64 or fixed32 (as an unsigned number), or the bytes of a length-delimited field. */
  value: bigint | Buffer;
  /** Where the field begins, with its number and kind, in the buffer that was given. */
  start: number;
  /** Where the value (for bytes: the content) starts. */
  offset: number;
  /** The value's length in bytes; the field ends at `offset + length`. */
  length: number;
}

const CUT_OFF = 'the message is cut off';
/** The number of bytes of the longest varint, which has 64 bits. */
const VARINT_MAX = 10;

function varint(bytes: Buffer, at: number): [bigint, number] {
  let value = 0n;
  for (let length = 1; length <= VARINT_MAX; length++) {
    const byte = bytes[at + length - 1];
    if (byte === undefined) throw new RangeError(CUT_OFF);
    value |= BigInt(byte & 0x7f) << BigInt(7 * (length - 1));
    if (byte < 0x80) return [BigInt.asUintN(64, value), length];
  }
  throw new RangeError('not a message: a number is longer than 64 bits');
}

/** Returns a value of this kind, and how many bytes stand before it and in it. */
function valueAt(
  bytes: Buffer,
  at: number,
  wire: number,
): [value: Field['value'], head: number, length: number] {
  const room = bytes.length - at;
  switch (wire) {
    case 0: {
      const [value, length] = varint(bytes, at);
      return [value, 0, length];
    }
    case 1:
      if (room < 8) throw new RangeError(CUT_OFF);
      return [bytes.readBigUInt64LE(at), 0, 8];
    case 2: {
      const [size, head] = varint(bytes, at);
      if (size > room - head) throw new RangeError(CUT_OFF);
      const length = Number(size);
      return [bytes.subarray(at + head, at + head + length), head, length];
    }
    case 5:
      if (room < 4) throw new RangeError(CUT_OFF);
      return [BigInt(bytes.readUInt32LE(at)), 0, 4];
    default:
      throw new RangeError('not a message');
  }
}

/** @throws RangeError for what is no message, or not the whole of one */
export function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  for (let start = 0; start < bytes.length; ) {
    const [key, keyLength] = varint(bytes, start);
    const number = Number(key >> 3n);
    if (number === 0) throw new RangeError('not a message');
    const [value, head, length] = valueAt(bytes, start + keyLength, Number(key & 7n));
    const offset = start + keyLength + head;
    fields.push({ number, value, start, offset, length });
    start = offset + length;
  }
  return fields;
}

export const bytesField = (fields: Field[], number: number): Field | undefined =>
  fields.find((field) => field.number === number && Buffer.isBuffer(field.value));

export function numberField(fields: Field[], number: number): number | undefined {
  const field = fields.find(
    (candidate) => candidate.number === number && typeof candidate.value === 'bigint',
  );
  return field === undefined ? undefined : Number(field.value as bigint);
}

/**
 * The messages of an image file: two magic words (one in the inventory), then size and message, again and again.
 *
 * @throws RangeError where the file ends in the midst of one
 */
export function messagesOf(image: Buffer, magicWords: 1 | 2 = 2): { offset: number; bytes: Buffer }[] {
  const messages: { offset: number; bytes: Buffer }[] = [];
  let at = magicWords * 4;
  while (at + 4 <= image.length) {
    const size = image.readUInt32LE(at);
    at += 4;
    if (at + size > image.length) throw new RangeError('the image file is cut off');
    messages.push({ offset: at, bytes: image.subarray(at, at + size) });
    at += size;
  }
  if (at !== image.length) throw new RangeError('the image file is cut off');
  return messages;
}

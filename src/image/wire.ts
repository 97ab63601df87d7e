/**
 * Reading protobuf's wire format without a schema: enough for the few facts that a checkpoint needs from CRIU's own
 * images. A message is a list of fields; the numbers of the fields are those of CRIU's images/*.proto.
 */
export interface Field {
  number: number;
  /** A varint's value, or the bytes of a length-delimited field. Other kinds are skipped. */
  value: bigint | Buffer;
  /** Where the value (for bytes: the content) starts in the buffer that was given. */
  offset: number;
  /** Its length in bytes. */
  length: number;
}

function varint(bytes: Buffer, at: number): [bigint, number] {
  let value = 0n;
  let shift = 0n;
  let position = at;
  for (;;) {
    const byte = bytes[position++];
    if (byte === undefined) throw new RangeError('the message is cut off');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, position - at];
    shift += 7n;
  }
}

export function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [key, keyLength] = varint(bytes, at);
    at += keyLength;
    const number = Number(key >> 3n);
    switch (Number(key & 7n)) {
      case 0: {
        const [value, length] = varint(bytes, at);
        fields.push({ number, value, offset: at, length });
        at += length;
        break;
      }
      case 1:
        at += 8;
        break;
      case 2: {
        const [size, length] = varint(bytes, at);
        at += length;
        const end = at + Number(size);
        if (end > bytes.length) throw new RangeError('the message is cut off');
        fields.push({ number, value: bytes.subarray(at, end), offset: at, length: Number(size) });
        at = end;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new RangeError('not a message');
    }
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

/** The messages of an image file: two magic words (one in the inventory), then size and message, again and again. */
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
  return messages;
}

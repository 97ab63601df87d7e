/** The one writer of protobuf's wire format: what `wire.ts` reads. */

/** @param width bytes that the number takes at least: protobuf allows it to be padded */
export function varint(value: bigint | number, width = 1): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  } while (rest > 0n || bytes.length < width);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] as number) & 0x7f;
  return Buffer.from(bytes);
}

/** Writes a field's number and kind, as they stand before its value; not with `<<`, which has 32 bits. */
const key = (number: number, wire: 0 | 2): Buffer => varint(number * 8 + wire);

export const numberBytes = (number: number, value: bigint | number): Buffer =>
  Buffer.concat([key(number, 0), varint(value)]);

export const contentBytes = (number: number, content: Buffer): Buffer =>
  Buffer.concat([key(number, 2), varint(content.length), content]);

/** Writes one message as it stands in an image file: its size, then its bytes. */
export function framed(message: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(message.length);
  return Buffer.concat([size, message]);
}

import { contentBytes } from './cow/encode.ts';
import { type Field, fieldsOf } from './wire.ts';

/**
 * Copies a message field by field; `change` gives a field's new content, the same content to keep the field as it is, or
 * undefined to leave it out.
 */
export function rewrite(
  message: Buffer,
  change: (number: number, content: Buffer, field: Field) => Buffer | undefined,
): Buffer {
  const parts: Buffer[] = [];
  let copied = 0;
  for (const field of fieldsOf(message)) {
    const { number, offset, length } = field;
    const content = message.subarray(offset, offset + length);
    const changed = change(number, content, field);
    if (changed === content) continue;
    parts.push(message.subarray(copied, offset - headerLength(field)));
    if (changed !== undefined) parts.push(contentBytes(number, changed));
    copied = offset + length;
  }
  return Buffer.concat([...parts, message.subarray(copied)]);
}

function headerLength({ number, value, length }: Field): number {
  const key = varintLength(number * 8);
  return Buffer.isBuffer(value) ? key + varintLength(length) : key;
}

function varintLength(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

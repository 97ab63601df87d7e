import { contentBytes } from './encode.ts';
import { type Field, fieldsOf } from './wire.ts';

/**
 * Copies a message field by field; `change` gives a field's new content, the same content to keep the field as it is,
 * or undefined to leave it out. What is kept is kept byte by byte, whatever kind of field it is. New content makes a
 * length-delimited field.
 */
export function rewrite(
  message: Buffer,
  change: (number: number, content: Buffer, field: Field) => Buffer | undefined,
): Buffer {
  const parts: Buffer[] = [];
  let copied = 0;
  for (const field of fieldsOf(message)) {
    const { number, start, offset, length } = field;
    const content = message.subarray(offset, offset + length);
    const changed = change(number, content, field);
    if (changed === content) continue;
    parts.push(message.subarray(copied, start));
    if (changed !== undefined) parts.push(contentBytes(number, changed));
    copied = offset + length;
  }
  return Buffer.concat([...parts, message.subarray(copied)]);
}

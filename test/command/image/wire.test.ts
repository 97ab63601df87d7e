import { expect, test } from 'vitest';
import { contentBytes, framed, numberBytes, varint } from '../../../src/command/engines/criu/image/encode.ts';
import { rewrite } from '../../../src/command/engines/criu/image/rewrite.ts';
import {
  bytesField,
  fieldsOf,
  messagesOf,
  numberField,
} from '../../../src/command/engines/criu/image/wire.ts';

/** Fields of number 6, eight bytes of fixed64, and of number 7, four of fixed32. */
const FIXED64 = Buffer.from([0x31, 1, 2, 3, 4, 5, 6, 7, 0x88]);
const FIXED32 = Buffer.from([0x3d, 0xff, 0xff, 0xff, 0xfe]);
const MESSAGE = Buffer.concat([
  numberBytes(1, 300),
  FIXED64,
  contentBytes(2, Buffer.from('ünï')),
  FIXED32,
  numberBytes(1, 4),
  contentBytes(3, Buffer.alloc(0)),
]);

test('fields of every kind are read, in their order, with their places', () => {
  const fields = fieldsOf(MESSAGE);
  expect(fields.map(({ number, value }) => [number, Buffer.isBuffer(value) ? String(value) : value])).toEqual(
    [
      [1, 300n],
      [6, 0x8807060504030201n],
      [2, 'ünï'],
      [7, 0xfeffffffn],
      [1, 4n],
      [3, ''],
    ],
  );
  expect(
    Buffer.concat(fields.map((field) => MESSAGE.subarray(field.start, field.offset + field.length))),
  ).toEqual(MESSAGE);
  expect(fieldsOf(Buffer.alloc(0))).toEqual([]);
});

test('the first field of a number counts, and only one of the kind that is asked for', () => {
  const fields = fieldsOf(MESSAGE);
  expect(numberField(fields, 1)).toBe(300);
  expect(numberField(fields, 2)).toBeUndefined();
  expect(bytesField(fields, 1)).toBeUndefined();
  expect(String(bytesField(fields, 2)?.value)).toBe('ünï');
});

test.each<[string, number[]]>([
  ['a key without a value', [0x08]],
  ['a number that goes on', [0x08, 0x80]],
  ['content that is shorter than it says', [0x12, 5, 1, 2]],
  ['content of more bytes than there could be', [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ['seven bytes of fixed64', [0x31, 1, 2, 3, 4, 5, 6, 7]],
  ['three bytes of fixed32', [0x3d, 1, 2, 3]],
])('%s: the message is cut off', (_, bytes) => {
  expect(() => fieldsOf(Buffer.from(bytes))).toThrow(new RangeError('the message is cut off'));
});

test.each<[string, number[]]>([
  ['a group', [0x0b, 0x0c]],
  ['a kind that does not exist', [0x0f]],
  ['the number 0', [0x00, 0x00]],
  ['a number of eleven bytes', [0x08, ...Array<number>(10).fill(0xff), 1]],
])('%s is not a message', (_, bytes) => {
  expect(() => fieldsOf(Buffer.from(bytes))).toThrow(/^not a message/);
});

test.each<[bigint | number, number[]]>([
  [0, [0]],
  [127, [0x7f]],
  [128, [0x80, 1]],
  [2 ** 32, [0x80, 0x80, 0x80, 0x80, 0x10]],
  [2n ** 64n - 1n, [...Array<number>(9).fill(0xff), 1]],
  [-1, [...Array<number>(9).fill(0xff), 1]],
])('the number %s is written and read again', (value, bytes) => {
  expect([...varint(value)]).toEqual(bytes);
  const [field] = fieldsOf(numberBytes(5, value));
  expect(field?.value).toBe(BigInt.asUintN(64, BigInt(value)));
});

test('a number is padded to a width, and never cut to one', () => {
  expect([...varint(80, 3)]).toEqual([0xd0, 0x80, 0]);
  expect([...varint(0, 3)]).toEqual([0x80, 0x80, 0]);
  expect([...varint(65535, 3)]).toEqual([0xff, 0xff, 3]);
  expect(varint(2 ** 30, 3)).toHaveLength(5);
  expect(numberField(fieldsOf(Buffer.concat([Buffer.from([0x08]), varint(80, 10)])), 1)).toBe(80);
});

test("protobuf's largest field number is written and read again", () => {
  const largest = 2 ** 29 - 1;
  expect(fieldsOf(numberBytes(largest, 7))).toMatchObject([{ number: largest, value: 7n }]);
  expect(fieldsOf(contentBytes(largest, Buffer.from('x')))).toMatchObject([{ number: largest, length: 1 }]);
});

test('a message that is copied keeps every field byte by byte, also those nobody knows', () => {
  expect(rewrite(MESSAGE, (_, content) => content)).toEqual(MESSAGE);
  expect(rewrite(MESSAGE, (number, content) => (number === 2 ? Buffer.from('other') : content))).toEqual(
    Buffer.concat([
      numberBytes(1, 300),
      FIXED64,
      contentBytes(2, Buffer.from('other')),
      FIXED32,
      numberBytes(1, 4),
      contentBytes(3, Buffer.alloc(0)),
    ]),
  );
});

test('fields of every kind can be left out, one after the other and all', () => {
  expect(rewrite(MESSAGE, (number, content) => ([6, 2, 7].includes(number) ? undefined : content))).toEqual(
    Buffer.concat([numberBytes(1, 300), numberBytes(1, 4), contentBytes(3, Buffer.alloc(0))]),
  );
  expect(rewrite(MESSAGE, () => undefined)).toHaveLength(0);
});

test('a field whose number or length is written in more bytes than it needs is left out whole', () => {
  const padded = Buffer.concat([varint(2 * 8 + 2, 3), varint(3, 4), Buffer.from('abc')]);
  const message = Buffer.concat([numberBytes(1, 1), padded, numberBytes(4, 1)]);
  expect(rewrite(message, (number, content) => (number === 2 ? undefined : content))).toEqual(
    Buffer.concat([numberBytes(1, 1), numberBytes(4, 1)]),
  );
});

const MAGIC = Buffer.from('magic123');

test('an image file is magic words and messages', () => {
  const image = Buffer.concat([MAGIC, framed(MESSAGE), framed(Buffer.alloc(0))]);
  expect(messagesOf(image)).toEqual([
    { offset: 12, bytes: MESSAGE },
    { offset: 16 + MESSAGE.length, bytes: Buffer.alloc(0) },
  ]);
  expect(messagesOf(MAGIC)).toEqual([]);
  expect(messagesOf(Buffer.concat([MAGIC.subarray(0, 4), framed(MESSAGE)]), 1)).toEqual([
    { offset: 8, bytes: MESSAGE },
  ]);
});

test('an image file that ends anywhere but behind a message is cut off', () => {
  const image = Buffer.concat([MAGIC, framed(Buffer.from('abc')), framed(Buffer.from('de'))]);
  const whole = [8, 15, image.length];
  for (let length = 0; length <= image.length; length++) {
    const part = image.subarray(0, length);
    if (whole.includes(length)) expect(messagesOf(part)).toHaveLength(whole.indexOf(length));
    else expect(() => messagesOf(part), `${length} bytes`).toThrow('the image file is cut off');
  }
});

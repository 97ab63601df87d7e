import { expect, test } from 'vitest';
import { besideCode, kindOf } from '../../../../src/command/engines/criu/image/cow/choose.ts';
import {
  MAP,
  type Mapping,
  PROT,
  parseMemoryMap,
  replaceMappings,
  STATUS,
} from '../../../../src/command/engines/criu/image/cow/memory-map.ts';
import {
  contentBytes,
  framed,
  numberBytes,
  varint,
} from '../../../../src/command/engines/criu/image/encode.ts';

const LATER = Buffer.from([0xf9, 1, 1, 2, 3, 4, 5, 6, 7, 8]); // fixed64 of number 31

const vma = (start: number, end: number): Buffer =>
  Buffer.concat([
    numberBytes(1, start),
    numberBytes(2, end),
    numberBytes(5, 3),
    numberBytes(6, 0x22),
    numberBytes(7, 0x201),
  ]);
const image = (...fields: Buffer[]): Buffer =>
  Buffer.concat([Buffer.alloc(8, 1), framed(Buffer.concat([numberBytes(12, 42), LATER, ...fields]))]);

const FIRST = 0x7f00_0000_0000;
const plain: Mapping = {
  start: FIRST,
  end: FIRST + 4096,
  offset: 0,
  file: 0,
  protection: PROT.read | PROT.write,
  flags: MAP.private | MAP.anonymous,
  status: STATUS.anonymousPrivate | 1,
  advice: 0,
};

test('mappings are read, and one is replaced without a change of what stands around it', () => {
  const before = image(
    contentBytes(14, vma(FIRST, FIRST + 4096)),
    LATER,
    contentBytes(14, vma(2 ** 46, 2 ** 46 + 8192)),
  );
  expect(parseMemoryMap(before)).toEqual({
    program: 42,
    mappings: [plain, { ...plain, start: 2 ** 46, end: 2 ** 46 + 8192 }],
  });
  const file = {
    ...plain,
    file: 7,
    offset: 4096,
    status: STATUS.filePrivate | 1,
    flags: MAP.private,
    advice: 1 << 14,
  };
  const after = replaceMappings(before, new Map([[FIRST, file]]));
  expect(parseMemoryMap(after).mappings).toEqual([file, { ...plain, start: 2 ** 46, end: 2 ** 46 + 8192 }]);
  expect(after.includes(Buffer.concat([numberBytes(12, 42), LATER, varint(14 * 8 + 2)]))).toBe(true);
  expect(after.includes(Buffer.concat([LATER, contentBytes(14, vma(2 ** 46, 2 ** 46 + 8192))]))).toBe(true);
  expect(replaceMappings(before, new Map())).toEqual(before);
});

test('a mapping whose length is written in more bytes than it needs is replaced whole', () => {
  const content = vma(FIRST, FIRST + 4096);
  const before = image(Buffer.concat([varint(14 * 8 + 2), varint(content.length, 4), content]));
  expect(parseMemoryMap(replaceMappings(before, new Map([[FIRST, plain]]))).mappings).toEqual([plain]);
});

test('a memory map that is missing or cut off is no memory map', () => {
  expect(() => parseMemoryMap(Buffer.alloc(8))).toThrow('the memory map is missing');
  const whole = image(contentBytes(14, vma(1, 2)));
  expect(() => parseMemoryMap(whole.subarray(0, -1))).toThrow('cut off');
});

const NODE = { isNode: true, discardIsSafe: true, hasGlibc: true };
const none = new Set<number>();
const noWords = () => undefined;
const kind = (fields: Partial<Mapping>, process = NODE, words: () => BigUint64Array | undefined = noWords) =>
  kindOf({ ...plain, ...fields }, process, none, words);

const V8 = { start: 2 ** 33, end: 2 ** 33 + 2 ** 18 };

test("V8's memory is known by where it lies", () => {
  expect(kind(V8)).toBe('v8');
  expect(kind(V8, { ...NODE, isNode: false })).toBeUndefined();
  expect(kind(V8, { ...NODE, discardIsSafe: false })).toBeUndefined();
  expect(kindOf({ ...plain, ...V8 }, NODE, new Set([V8.start]), noWords)).toBeUndefined();
  expect(kind({ start: 2 ** 32 - 4096, end: 2 ** 32 })).toBeUndefined();
  expect(kind({ start: 2 ** 32, end: 2 ** 32 + 4096 })).toBe('v8');
});

test.each<[string, Partial<Mapping>]>([
  ['shared', { flags: 1 | MAP.anonymous }],
  ['of a file', { status: STATUS.filePrivate }],
  ['executable', { protection: PROT.read | PROT.exec }],
  ['a stack', { flags: plain.flags | MAP.growsDown }],
  ['locked', { flags: plain.flags | MAP.locked }],
  ['of huge pages', { flags: plain.flags | MAP.hugeTlb }],
  ['wiped at a fork', { advice: 1 << 18 }],
])('memory that is %s stays plain', (_, fields) => {
  expect(kind({ ...V8, ...fields })).toBeUndefined();
});

test("glibc's memory: the heap, and heaps of threads by their head", () => {
  expect(kind({ status: plain.status | STATUS.heap })).toBe('main-arena');
  expect(kind({ status: plain.status | STATUS.heap }, { ...NODE, hasGlibc: false })).toBeUndefined();
  const heap = 0x7f00_0000_0000n;
  const words =
    (...four: bigint[]) =>
    () =>
      BigUint64Array.from(four);
  const size = { end: FIRST + 2 ** 20 };
  const right = words(heap + 32n, 0n, 2n ** 19n, 2n ** 20n);
  expect(kind(size, NODE, right)).toBe('thread-arena');
  expect(kind({ start: FIRST + 4096, end: FIRST + 4096 + 2 ** 20 }, NODE, right)).toBeUndefined();
  expect(kind(size, NODE, words(heap + 32n, 0n, 2n ** 19n, 2n ** 19n))).toBeUndefined();
  expect(kind(size, NODE, words(0n, 0n, 2n ** 19n, 2n ** 20n))).toBeUndefined();
  expect(kind(size, NODE, words(heap + 32n, 8n, 2n ** 19n, 2n ** 20n))).toBeUndefined();
  expect(kind(size, NODE, words(heap + 32n, 0n, 2n ** 21n, 2n ** 20n))).toBeUndefined();
  expect(kind(size, NODE, noWords)).toBeUndefined();
});

test('all of a reservation with executable memory is beside code', () => {
  const at = (start: number, end: number, protection = 0): Mapping => ({ ...plain, start, end, protection });
  const mappings = [at(0, 1), at(1, 2, PROT.exec), at(2, 3), at(4, 5), at(5, 6), at(7, 8, PROT.exec)];
  expect([...besideCode(mappings)]).toEqual([0, 1, 2, 7]);
  expect([...besideCode([])]).toEqual([]);
});

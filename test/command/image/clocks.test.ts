import { expect, test } from 'vitest';
import { clocksOf } from '../../../src/command/engines/criu/image/clocks.ts';
import { idsOf, withoutGroups } from '../../../src/command/engines/criu/image/credentials.ts';
import { contentBytes, framed, numberBytes } from '../../../src/command/engines/criu/image/encode.ts';

const MAGIC = Buffer.alloc(8);
const image = (...messages: Buffer[]): Buffer => Buffer.concat([MAGIC, ...messages.map(framed)]);
const clock = (seconds: number, nanoseconds: number): Buffer =>
  Buffer.concat([numberBytes(1, seconds), numberBytes(2, nanoseconds)]);

test('both clocks are told, or none', () => {
  const both = Buffer.concat([contentBytes(1, clock(5, 999_999_999)), contentBytes(2, clock(2 ** 33, 0))]);
  expect(clocksOf(image(both))).toBe('5 999999999 8589934592 0');
  expect(clocksOf(image(contentBytes(1, clock(5, 6))))).toBeUndefined();
  expect(clocksOf(image())).toBeUndefined();
});

const UNKNOWN = Buffer.from([0xf9, 1, 1, 2, 3, 4, 5, 6, 7, 8]); // fixed64 of number 31

const core = (...groups: number[]): Buffer => {
  const credentials = Buffer.concat([
    numberBytes(3, 1000),
    ...groups.map((group) => numberBytes(14, group)),
    UNKNOWN,
    numberBytes(4, 100),
  ]);
  return image(
    Buffer.concat([
      numberBytes(1, 1),
      contentBytes(5, Buffer.concat([UNKNOWN, contentBytes(10, credentials)])),
    ]),
  );
};

test('user and group of a thread; its groups are taken out, and nothing else', () => {
  expect(idsOf(core(4, 27))).toEqual({ uid: 1000, gid: 100 });
  expect(withoutGroups(core(4, 27, 2 ** 31))).toEqual(core());
  expect(withoutGroups(core())).toEqual(core());
  expect(() => idsOf(image(numberBytes(1, 1)))).toThrow('the core image has no credentials');
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentBytes, framed, numberBytes } from '../../../src/command/engines/criu/image/encode.ts';
import { prepareFiles } from '../../../src/command/engines/criu/image/open-files.ts';
import { fieldsOf, messagesOf, numberField } from '../../../src/command/engines/criu/image/wire.ts';

const MAGIC = Buffer.alloc(8, 1);
/** What a later CRIU could write: fixed64 of number 30, with these bytes. */
const LATER = Buffer.from([0xf1, 1, 1, 2, 3, 4, 5, 6, 7, 8]);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'open-files-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, ...messages: Buffer[]): void =>
  writeFileSync(join(directory, name), Buffer.concat([MAGIC, ...messages.map(framed)]));

/** One process, 1, that has the file of this id open as descriptor 5. */
function holder(id: number): void {
  write('ids-1.img', numberBytes(2, 9));
  write('fdinfo-9.img', Buffer.concat([numberBytes(1, id), numberBytes(3, 1), numberBytes(4, 5)]));
}

const regular = (path: string, mode: number, position: bigint): Buffer =>
  Buffer.concat([
    numberBytes(1, 7),
    numberBytes(2, 0),
    LATER,
    numberBytes(3, position),
    contentBytes(6, Buffer.from(path)),
    numberBytes(8, 4),
    numberBytes(10, mode),
    contentBytes(11, Buffer.from('build id')),
  ]);
const entry = (inner: Buffer): Buffer =>
  Buffer.concat([numberBytes(1, 1), numberBytes(2, 7), contentBytes(3, inner), LATER]);

test('size and build id are taken out of an open file; every other byte stays, of later versions of CRIU too', () => {
  const path = join(directory, 'grün.txt');
  writeFileSync(path, 'text');
  holder(7);
  const before = entry(regular(path, 0o100644, 2n ** 63n - 1n));
  const { image, open } = prepareFiles(Buffer.concat([MAGIC, framed(before)]), directory, '', new Set());
  expect(open).toMatchObject([
    { path, process: 1, fd: 5, access: 'read', position: Number.MAX_SAFE_INTEGER, size: 4 },
  ]);
  const [message] = messagesOf(image);
  const outer = fieldsOf(message?.bytes as Buffer);
  expect(numberField(outer, 30)).toBe(Number(0x0807060504030201n));
  const inner = outer.find(({ number }) => number === 3)?.value as Buffer;
  expect(inner).toEqual(
    Buffer.concat([
      numberBytes(1, 7),
      numberBytes(2, 0),
      LATER,
      numberBytes(3, 2n ** 63n - 1n),
      contentBytes(6, Buffer.from(path)),
      numberBytes(10, 0o100644),
    ]),
  );
});

test.each([
  ['that the caller gives', '/srv/given', new Set(['srv/given'])],
  ['of the kernel', '/proc/self/maps', new Set<string>()],
  ['that has no name any more', '/nowhere/at/all', new Set<string>()],
])('a file %s stays byte by byte', (_, path, given) => {
  holder(7);
  const image = Buffer.concat([MAGIC, framed(entry(regular(path, 0o100644, 0n)))]);
  expect(prepareFiles(image, directory, '', given)).toEqual({ image, open: [] });
});

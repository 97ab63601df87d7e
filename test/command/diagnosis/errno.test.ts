import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { errnoIn, errnoOf } from '../../../src/command/diagnosis/errno.ts';

test.each([
  ['open failed: errno 13', 'EACCES'],
  ['errno=-2 at the end', 'ENOENT'],
  ["Can't restore: failed with -28", 'ENOSPC'],
  ['rc = -16 (busy)', 'EBUSY'],
  ['mmap (-12)', 'ENOMEM'],
  ['sys_clone ret -11', 'EAGAIN'],
  ['the restorer says fffffffffffffff4', 'ENOMEM'],
  ['the restorer says 0xfffffff3', 'EACCES'],
])('%j names %s', (message, name) => {
  expect(errnoIn(message)?.name).toBe(name);
});

test.each([
  '',
  'no number',
  'pid 13',
  'failed with -4096',
  'failed with -99999999999999999999',
  'errno 0',
  'range 1-13',
])('%j names no error', (message) => {
  expect(errnoIn(message)).toBeUndefined();
});

test('the numbers are those of Linux', (context) => {
  if (process.platform !== 'linux') context.skip('the numbers of another system');
  const wrong = Object.entries(constants.errno).filter(([name, number]) => {
    const known = errnoOf(number);
    return known !== undefined && known.name !== name && !['EWOULDBLOCK', 'ENOTSUP'].includes(name);
  });
  expect(wrong).toEqual([]);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { checkReachable } from '../../../src/command/engines/criu/dump/reachable.ts';
import type { ProgramRecord } from '../../../src/shared/protocol/record.ts';

/** Not every error of looking into a program tells of another user namespace. */

const record = (init: number, parent = process.pid) =>
  ({ parent, init, mode: 'root' }) as unknown as ProgramRecord;

test('a program that has ended', async () => {
  const child = spawn('true');
  await once(child, 'close');
  await expect(checkReachable(record(child.pid as number))).rejects.toThrow(
    `program ${process.pid} has just ended, or is not started yet: see \`crac ps\``,
  );
});

test('one that runs', async () => {
  await expect(checkReachable(record(process.pid))).resolves.toBeUndefined();
});

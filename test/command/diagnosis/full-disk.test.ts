import { expect, test } from 'vitest';
import { explainDump } from '../../../src/command/engines/criu/dump/log-errors.ts';

test('a log that ends before it tells of the full disk that it lies on', async () => {
  // No file system has less room than /proc.
  expect(await explainDump('/proc/dump4.log', 'the engine said nothing', [])).toMatch(
    /disk is full|no room left/i,
  );
  expect(await explainDump('/dump4.log', 'the engine said nothing', [])).toBeUndefined();
});

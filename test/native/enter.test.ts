import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const NATIVE = join(import.meta.dirname, '../../native/build/crac-native');

/** Runs it in the namespaces where we are already, with a helper that never ends. */
const enter = (seconds: number, script: string) =>
  spawn(
    NATIVE,
    ['enter', String(process.pid), String(seconds), 'sh', '-c', `sleep 300 & echo $!; ${script}`],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );

test.each([
  ['an engine that is killed', 0, 'kill -KILL $$', 137],
  ['an engine that ends', 0, 'exit 3', 3],
  ['an engine that is late', 1, 'wait', 74],
])(
  '%s: its helpers end with it, and let go of the streams that we read',
  async (_, seconds, script, code) => {
    const child = enter(seconds, script);
    const said = once(child.stdout, 'data') as Promise<[Buffer]>;
    expect(await once(child, 'close')).toEqual([code, null]);
    const [helper] = await said;
    await expect.poll(() => existsSync(`/proc/${Number(String(helper))}`), { timeout: 20_000 }).toBe(false);
  },
);

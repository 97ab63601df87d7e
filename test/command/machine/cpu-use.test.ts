import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { treeProcess } from '../../../src/command/checkpoint/tree/processes.ts';
import { cpuFeatures } from '../../../src/command/machine/cpu-features.ts';
import { cpuSettings } from '../../../src/command/machine/cpu-level.ts';
import { cpuUse } from '../../../src/command/machine/cpu-use.ts';

let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

/** A node that stands there, and what is found of it. */
async function used(nodeOptions: string[], env: Record<string, string>) {
  child = spawn(process.execPath, [...nodeOptions, '-e', 'console.log(1); setInterval(() => {}, 1000)'], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout as NodeJS.ReadableStream, 'data');
  const found = treeProcess(child.pid as number);
  return cpuUse(() => (found ? [found] : []));
}

const holders = (use: Awaited<ReturnType<typeof used>>): Set<string> =>
  new Set(use.flatMap((one) => one.holders));

test.runIf(process.arch === 'x64')('who uses what of the CPU is read from the process itself', async () => {
  const native = await used([], {});
  expect([...holders(native)]).toEqual(expect.arrayContaining(['glibc', 'V8', 'OpenSSL']));
  const has = cpuFeatures(readFileSync('/proc/cpuinfo', 'utf8'));
  for (const { feature } of native) expect(has.has(feature)).toBe(true);
  child?.kill('SIGKILL');

  // Without the preload, zlib is as it came: it has not looked, and what it finds later it finds there.
  const { nodeOptions, environment } = cpuSettings('baseline', process.execPath, {});
  expect([...holders(await used(nodeOptions, environment))]).toEqual([]);
  child?.kill('SIGKILL');

  // One switch by hand, as a user may give it.
  const some = await used(['--no-enable-avx'], {});
  const v8 = some.filter((one) => one.holders.includes('V8')).map(({ feature }) => feature);
  expect(v8.filter((feature) => /^avx|^fma$|^f16c$/.test(feature))).toEqual([]);
  expect(v8).toContain('sse4_1');
});

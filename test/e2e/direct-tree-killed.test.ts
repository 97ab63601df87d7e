import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, getJson, PROGRAMS, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';
import { compile } from '../support/traced.ts';

const PORT = await freePorts(2);
const FAMILY = join(PROGRAMS, 'family.cjs');

interface About {
  pid: number;
  below: About[];
}

const about = (): Promise<About> => getJson(PORT);

async function imageOfTwo(): Promise<void> {
  const program = place.start(CRAC, ['run', '--engine', 'direct', '--image', image, FAMILY, 'two'], {
    env: { PORT: String(PORT) },
  });
  expect((await about()).below).toHaveLength(2);
  expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
  await program.ended;
}

/** Ends a process of a restore at a system call of its; it has ended when no process of the copy is left. */
function restoreKilling(killer: string, number: number, step: number): Running {
  return place.start(killer, [place.path('report'), String(number), String(step), CRAC, 'restore', image]);
}

/** Returns for each process of a restore the call after which it is complete. */
async function callsOf(killer: string): Promise<number[]> {
  const copy = restoreKilling(killer, 0, 0);
  const { pid } = await about();
  process.kill(pid, 'SIGTERM');
  await copy.ended;
  const report = readFileSync(place.path('report'), 'utf8').trim().split('\n');
  return report.map((line) => Number(line.split(' ')[3]));
}

const STEPS = 8;

test('a process that is killed at any step of a restore: none is left, and it is named; the image is good', async () => {
  const killer = compile(join(PROGRAMS, '../kill-at.c'), 'kill-at');
  await imageOfTwo();
  const calls = await callsOf(killer);
  expect(calls).toHaveLength(3);
  for (const [number, last] of calls.slice(0, 2).entries())
    for (let step = 1; step <= STEPS; step++) {
      const { code, stderr } = await restoreKilling(killer, number, Math.round((last * step) / STEPS)).ended;
      expect(code).toBe(number === 0 ? 137 : 72);
      if (number > 0)
        expect(stderr).toMatch(
          /^crac: process \d+ \(\d+ in the image\) was ended by signal 9 before the copy was complete\.\nWhat to do: restore again; .*\n$/,
        );
    }
  const copy = restoreKilling(killer, 1, (calls[1] as number) + 8); // all have said that they are there
  const now = await about();
  expect(now.below).toHaveLength(1);
  process.kill(now.pid, 'SIGTERM');
  await copy.ended;
  const good = place.start(CRAC, ['restore', image]);
  expect((await about()).below).toHaveLength(2);
  await place.crac('ps');
  expect(readdirSync(place.path('run')).filter((name) => /^\d+$/.test(name))).toEqual([String(good.pid)]);
  good.child.kill('SIGTERM');
  await good.ended;
});

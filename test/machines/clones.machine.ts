import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { PROGRAMS, pause } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { alike, type Line, linesOf } from '../support/platform/draws.ts';
import { Machine, noMachine } from './support/machine.ts';

const NONE = noMachine();
const machines: Machine[] = [];
afterEach(() => {
  for (const machine of machines.splice(0)) machine.close();
});

/** Names what both copies have drawn alike after this count. */
const alikeAfter = (count: number, [one = [], other = []]: Line[][]): string[] =>
  alike(
    one.filter((line) => line.count > count),
    other,
  );

const START = 'node draws.cjs > /run/plain 2>&1 &';
const WATCHED = 'node --require /crac/dist/platform.cjs draws.cjs > /run/watched 2>&1 &';
const TOLD = 'node --require /crac/dist/platform.cjs draws.cjs > /run/told 2>&1 & echo $! > /run/pid';
const CRAC = 'node /crac/dist/cli.js';

describe.skipIf(NONE)(`a machine that is saved once and loaded twice${NONE && `: ${NONE}`}`, () => {
  test('without the package both copies draw the same; with it none does, told or not', async () => {
    const first = await Machine.boot(place.directory, { programs: [join(PROGRAMS, 'draws.cjs')] });
    machines.push(first);
    await first.shell(`cd /; ${START} ${WATCHED} ${TOLD}`);
    const counts = async (machine: Machine) =>
      (await machine.shell('cat /run/plain /run/watched /run/told | grep -c count; ls /run/node-crac')).split(
        '\n',
      );
    for (let all = 0; all < 30; ) all = Number((await counts(first))[0]);
    const before = await first.shell(`${CRAC} notify before-checkpoint $(cat /run/pid)`);
    expect(before).toMatch(/has let go and stands still/);
    const last = async (name: string) => linesOf(await first.shell(`tail -n 1 /run/${name}`))[0]?.count ?? 0;
    const from = { plain: await last('plain'), watched: await last('watched'), told: await last('told') };
    await first.save();

    const copies = ['one', 'other'].map((name) => first.copy(name));
    machines.push(...copies);
    for (const [i, copy] of copies.entries()) {
      const after = await copy.shell(
        `date -s @${Math.floor(Date.now() / 1000)}; ${CRAC} notify after-restore $(cat /run/pid) --env COPY=${i}`,
      );
      expect(after).toMatch(/goes on/);
    }
    await pause(10_000);
    const drawn = async (name: string) =>
      Promise.all(copies.map(async (copy) => linesOf(await copy.shell(`cat /run/${name}`))));
    const plain = await drawn('plain');
    expect(alikeAfter(from.plain, plain)).toEqual(Object.keys(plain[0]?.[0]?.drawn ?? {}).sort());
    // A Worker may have drawn for the line that was under way.
    expect(alikeAfter(from.told + 1, await drawn('told'))).toEqual([]);
    // Ten draws a second, and a look at the kernel's log each tenth of one; the machine may have stood in the midst of one.
    expect(alikeAfter(from.watched + 3, await drawn('watched'))).toEqual([]);
    expect(await copies[0]?.shell('cat /run/watched')).toMatch(/this machine was copied or has stood still/);
  });
});

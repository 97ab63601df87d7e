import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { apps } from '../support/copies.ts';
import { PROGRAMS, pause } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { linesOf } from '../support/platform/draws.ts';
import { Redis, redisMissing } from '../support/servers/redis.ts';
import { Machine, noMachine } from './support/machine.ts';

const NONE = noMachine() || redisMissing() || '';
const machines: Machine[] = [];
afterEach(() => {
  for (const machine of machines.splice(0)) machine.close();
});

interface Line {
  lost?: string;
  count: number;
  copy?: string;
  connection: number;
  now: number;
  monotonic: number;
}

describe.skipIf(NONE)(
  `a client of Redis in a machine that is saved once and loaded twice${NONE && `: ${NONE}`}`,
  () => {
    test('loses its connection without the package; with it each copy has its own, its environment, and true clocks', async () => {
      const { databases } = await apps('databases');
      const port = await place.ports(2);
      const redis = await Redis.begin(port);
      try {
        const first = await Machine.boot(place.directory, {
          programs: [join(PROGRAMS, 'keeps-client.cjs')],
          packages: { names: ['ioredis'], from: join(dirname(databases), 'node_modules') },
        });
        machines.push(first);
        const url = redis.url(0).replace('127.0.0.1', '10.0.2.2');
        const start = (name: string, words = '') =>
          `REDIS='${url}' node ${words} keeps-client.cjs > /run/${name} 2>&1 & echo $! > /run/${name}.pid`;
        await first.shell(`cd /; ${start('plain')}; ${start('told', '--require /crac/dist/platform.cjs')}`);
        const counted = async (machine: Machine, name: string) =>
          Number(await machine.shell(`grep -c count /run/${name}`));
        for (const name of ['plain', 'told']) while ((await counted(first, name)) < 5) await pause(1000);
        expect(
          await first.shell('node /crac/dist/cli.js notify before-checkpoint $(cat /run/told.pid)'),
        ).toMatch(/has let go and stands still/);
        const before = Object.fromEntries(
          await Promise.all(
            ['plain', 'told'].map(async (name) => [
              name,
              linesOf<Line>(await first.shell(`cat /run/${name}`)).length,
            ]),
          ),
        );
        await first.save();

        const copies = ['one', 'other'].map((name) => first.copy(name));
        machines.push(...copies);
        const restoredAt = Date.now();
        for (const [i, copy] of copies.entries())
          expect(
            await copy.shell(
              `date -s @${Math.floor(Date.now() / 1000)}; node /crac/dist/cli.js notify after-restore $(cat /run/told.pid) --env COPY=${i}`,
            ),
          ).toMatch(/goes on/);
        const after = async (copy: Machine, name: string) =>
          linesOf<Line>(await copy.shell(`cat /run/${name}`)).slice(before[name]);
        const isServed = (lines: Line[]) => lines.filter(({ count }) => count).length > 5;
        for (const copy of copies) while (!isServed(await after(copy, 'told'))) await pause(1000);

        const connections = new Set<number>();
        for (const [i, copy] of copies.entries()) {
          const said = await after(copy, 'told');
          const lines = said.filter(({ count }) => count);
          // What the adapter has closed before the snapshot is told by the client when its program goes on.
          expect(said.slice(said.indexOf(lines[0] as Line)).filter(({ lost }) => lost)).toEqual([]);
          expect(said.filter(({ lost }) => lost && lost !== 'closed')).toEqual([]);
          expect(lines.map((line) => line.copy)).toEqual(lines.map(() => String(i)));
          expect(lines.map(({ count }) => count)).toEqual(lines.map((_, n) => n + 1));
          for (const { connection } of lines) connections.add(connection);
          expect(lines[0]?.now).toBeGreaterThan(restoredAt - 2000);
          const times = lines.map(({ monotonic }) => monotonic);
          expect(times).toEqual([...times].sort((a, b) => a - b));
          while (!(await after(copy, 'plain')).some(({ lost }) => lost)) await pause(1000);
          expect((await after(copy, 'plain')).map((line) => line.copy)).not.toContain(String(i));
        }
        expect(connections.size).toBe(2);
      } finally {
        await redis.stop();
      }
    });
  },
);

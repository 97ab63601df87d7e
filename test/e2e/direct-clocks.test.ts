import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileAddon } from '../support/compile.ts';
import { CRAC, getJson } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(1);
const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
const LESS = Math.ceil(10 - uptime); // a clock cannot go below 0

type Clocks = Record<string, [byFunction: number, byCall: number]>;

/** Clocks of a machine that has been up for longer, or for less time; its boot clock has seen it asleep, too. */
const machine = (monotonic: number, boot: number) => [
  'unshare',
  ...['--time', '--fork', '--kill-child'],
  ...['--monotonic', String(monotonic), '--boottime', String(boot)],
];

test.skipIf(process.geteuid?.() !== 0)(
  "an addon's waits until a time are as long as they were, on machines of any uptime",
  async () => {
    compileAddon('clocks', place.path('clocks.node'), ['-lpthread']);
    writeFileSync(
      place.path('clocks.js'),
      `const addon = require('./clocks.node');
       require('node:http').createServer((request, response) =>
         response.end(JSON.stringify(request.url === '/waits' ? addon.waits() : request.url === '/pid' ? process.pid : addon.clocks()))).listen(${PORT}, '127.0.0.1');`,
    );
    const start = (under: string[], ...words: string[]) => {
      const [command, ...rest] = [...under, CRAC, ...words];
      return place.start(command as string, rest);
    };
    let program = start([], 'run', '--engine', 'direct', '--image', image, place.path('clocks.js'));
    let before = await getJson<Clocks>(PORT);
    for (const under of [machine(LESS, LESS + 5000), machine(500_000, 700_000), []]) {
      const to = `${image}-${under.join('')}`;
      const pid = String(await getJson<number>(PORT, '/pid'));
      expect(await place.crac('checkpoint', pid, '--image', to)).toMatchObject({ code: 0, stderr: '' });
      expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      program = start(under, 'restore', to);
      const seen = await getJson<Clocks>(PORT);
      for (const [name, [byFunction, byCall]] of Object.entries(seen)) {
        const [last] = before[name] as [number, number];
        expect(byFunction, `${name} goes on`).toBeGreaterThanOrEqual(last);
        expect(byFunction - last, `${name} does not jump`).toBeLessThan(1_000_000);
        expect(Math.abs(byCall - byFunction), `${name} by a system call`).toBeLessThan(1000);
      }
      const waits = await getJson<Record<string, number>>(PORT, '/waits');
      const short = Object.entries(waits).filter(([, time]) => time < 190);
      expect(short).toEqual([]); // and one that is too long would not have answered yet
      before = seen;
    }
    program.child.kill('SIGKILL');
    await program.ended;
  },
);

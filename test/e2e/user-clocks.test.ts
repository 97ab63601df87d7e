import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { place } from '../support/own-place.ts';
import { As, NOBODY, whyNoUsers } from '../support/user.ts';

import { checkpoint, SELF, script, ticks } from '../support/user-program.ts';

const why = whyNoUsers();

describe.skipIf(why)(`clocks of users${why ? ` (skipped: ${why})` : ''}`, () => {
  /** Runs, checkpoints and restores twice, each time by a caller whose clocks are ahead by so many seconds. */
  test.each([
    { name: 'a machine that has been up for less time', ahead: [0, -3000, -3000] },
    { name: 'a machine that has been up for longer', ahead: [0, 500_000, -2000] },
    { name: 'time namespaces around both', ahead: [4000, 9000, 0] },
  ])('timers go on after a restore on $name', async ({ ahead }) => {
    const base = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    const shifted = (seconds: number) => {
      const offset = String(Math.max(seconds, Math.ceil(10 - base))); // a clock cannot go below 0
      return seconds === 0 ? [] : ['unshare', '-T', '--monotonic', offset, '--boottime', offset];
    };
    const first = new As(place, NOBODY, shifted(ahead[0] as number));
    let program = first.start(['run', '--image', first.path('image'), script('self.js', SELF)]);
    await program.line(/^tick 5 /m);
    const all: string[] = [];
    for (const seconds of ahead.slice(1)) {
      // From the time namespace that the program was started in: only root may enter another.
      await checkpoint(new As(place, NOBODY, ['nsenter', '--time', '--target', String(program.pid)]));
      expect(await program.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
      all.push(program.stdout());
      const last = ticks(program.stdout()).at(-1)?.tick as number;
      const as = new As(place, NOBODY, shifted(seconds));
      program = as.start(['restore', as.path('image')]);
      await program.line(new RegExp(`^tick ${last + 5} `, 'm'));
    }
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ code: 9, signal: null, stderr: '' });
    all.push(program.stdout());
    const seen = ticks(all.join(''));
    expect(seen.map(({ tick }) => tick)).toEqual(seen.map((_, index) => index + 1));
    // The program's clock never jumps, whatever the machine's did: 10 s allow for a slow one.
    const steps = seen.slice(1).map(({ time }, index) => time - (seen[index]?.time as number));
    expect(steps.filter((step) => step < 0 || step > 10_000)).toEqual([]);
  });
});

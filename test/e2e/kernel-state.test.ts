import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { end, run } from '../support/copies.ts';
import { CRAC, get, PROGRAMS, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);

/** As docs/kernel-state.md says. Where the machine refused the state to begin with, there is nothing to lose. */
const LOST = [
  'PR_MCE_KILL',
  'PR_SET_MEMORY_MERGE',
  'PR_SET_TIMERSLACK',
  'PR_SET_VMA_ANON_NAME',
  'affinity',
  'coredump_filter',
  'ioprio',
  'mbind',
  'mseal',
  'personality',
  'session keyring',
  'set_mempolicy',
  'uclamp',
];

const linesOf = (text: string): Map<string, string> =>
  new Map(
    text
      .trim()
      .split('\n')
      .map((line) => /^(.*) (\S+)$/.exec(line)?.slice(1) as [string, string]),
  );

test.skipIf(process.getuid?.() !== 0)(
  'what the kernel keeps is carried, but for the list of what is lost (needs root)',
  async () => {
    const program = place.path('state');
    execFileSync('cc', ['-O1', '-o', program, join(ROOT, 'test/fixtures/kernel/state.c')]);
    const running = run(place, { image, words: [join(PROGRAMS, 'kernel-state.js'), program], port: PORT });
    const before = linesOf(await get(PORT));
    expect(before.size).toBeGreaterThan(40);
    const outcome = await place.crac('checkpoint', image);
    expect(outcome).toMatchObject({ code: 0 }); // a note says that the program is not Node
    await running.ended;
    const copy = place.start(CRAC, ['restore', image]);
    const after = linesOf(await get(PORT));
    const changed = [...before].filter(([name, value]) => after.get(name) !== value).map(([name]) => name);
    expect(changed.filter((name) => !LOST.includes(name))).toEqual([]);
    // Were one of these carried one day, the page would say too little.
    for (const name of ['PR_SET_TIMERSLACK', 'coredump_filter', 'ioprio']) expect(changed).toContain(name);
    await end(place, [copy], 'SIGTERM', { code: null, signal: 'SIGTERM' });
  },
);

import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { PROGRAMS, pause, ROOT } from '../support/crac.ts';
import { missing } from '../support/debian.ts';
import { place } from '../support/own-place.ts';
import { alike, type Line, linesOf } from '../support/platform/draws.ts';
import { Sandbox } from '../support/platform/runsc.ts';

const NONE = missing('runsc');
const DRAWS = join(PROGRAMS, 'draws.cjs');
const PRELOAD = join(ROOT, 'dist/platform.cjs');

let sandbox: Sandbox | undefined;
afterEach(() => sandbox?.close());

/** Saves one program, loads it twice, and waits until both have drawn often enough. */
async function twoCopies(args: string[], environment: Record<string, string>): Promise<[Line[], Line[]]> {
  const made = new Sandbox(place, args, environment);
  sandbox = made;
  made.run();
  await until(() => linesOf(made.output('first')).length > 5);
  made.save();
  await pause(600); // what tells a copy is that time has passed
  for (const name of ['one', 'other']) made.load(name);
  const both = () => [linesOf(made.output('one')), linesOf(made.output('other'))] as [Line[], Line[]];
  await until(() => both().every((lines) => lines.length > 8));
  return both();
}

/** Gives up long before the test would, and says what the programs have said. */
async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 60_000; !condition(); await pause(20))
    if (Date.now() > end) throw new Error(sandbox?.all());
}

describe.skipIf(NONE)(`two sandboxes of gVisor from one checkpoint${NONE && `: ${NONE}`}`, () => {
  test('without the package both draw the same random numbers', async () => {
    const copies = await twoCopies([DRAWS], {});
    expect(alike(...copies)).toEqual(Object.keys((copies[0][0] as Line).drawn).sort());
  });

  test.each([
    ['with the native part', {}],
    ['without the native part', { CRAC_PLATFORM_NATIVE: 'off' }],
  ])('%s each copy finds out by itself, and draws its own', async (_, environment) => {
    const [one, other] = await twoCopies(['--require', PRELOAD, DRAWS], {
      CRAC_RUNTIME_DIR: '/run/node-crac',
      ...environment,
    });
    // The first line may have been under way when it was saved.
    expect(alike(one.slice(1), other)).toEqual([]);
    expect(sandbox?.output('one')).toMatch(/^crac: this machine was copied or has stood still/m);
  });
});

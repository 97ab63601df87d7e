import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Containers, debian, makeDebian, whyNoContainers } from '../support/container.ts';
import { settingsOf } from '../support/container-settings.ts';
import { PROGRAMS, ROOT } from '../support/crac.ts';
import { place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

// Debian 13's libc draws without the kernel, from a state in droppable pages (kernel 6.11, glibc 2.41).
const SUITE = 'trixie';
const PORT = await freePorts(5);
const why = (await whyNoContainers()) ?? (await makeDebian(SUITE));

/** Everything in one container: the program, its checkpoint, two copies one after the other. */
const SCRIPT = `
export PORT=${PORT}
ask() { node -e 'const ask = () => fetch("http://127.0.0.1:${PORT}").then((answer) => answer.text()).then(console.log, () => setTimeout(ask, 20)); ask()'; }
crac run --image /images/getrandom /images/getrandom.js /images/getrandom-loop & ask
crac checkpoint /images/getrandom >&2 || exit 1
wait
for copy in 1 2; do crac restore /images/getrandom & ask; kill $!; wait; done`;

interface Drawn {
  droppable: boolean;
  drawn: string[];
}

test.skipIf(why)(
  `two copies draw other numbers from libc's getrandom where its state is in droppable pages${why ? ` (skipped: ${why})` : ''}`,
  async () => {
    const containers = await Containers.create();
    try {
      const loop = containers.images('getrandom-loop');
      execFileSync('cc', ['-O1', '-o', loop, join(ROOT, 'test/fixtures/kernel/getrandom.c')]);
      copyFileSync(join(PROGRAMS, 'getrandom.js'), containers.images('getrandom.js'));
      const settings = { ...settingsOf('root', 'checkpoint'), seconds: 120, hostNetwork: true };
      const { code, stdout, stderr } = await containers.run(place, ['sh', '-c', SCRIPT], settings, [
        debian(SUITE),
      ]);
      const drawn = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Drawn);
      expect({ code, droppable: drawn.map(({ droppable }) => droppable) }, stderr).toEqual({
        code: expect.anything(),
        droppable: [true, true, true],
      });
      const all = drawn.flatMap((each) => each.drawn);
      expect(new Set(all).size).toBe(30);
    } finally {
      await containers.close();
    }
  },
);

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const LIBRARY = join(ROOT, 'dist/index.cjs');

/** Starts a program with this text. */
function run(text: string) {
  writeFileSync(place.path('program.js'), text);
  return place.start(CRAC, ['run', '--image', image, place.path('program.js')]);
}

test('what a program says in its environment to Node processes of its own is not said to who makes its checkpoint', async () => {
  const program = run(`
    process.env.NODE_CHANNEL_FD = '3';
    process.env.NODE_OPTIONS = '--no-such-option';
    require(${JSON.stringify(LIBRARY)}).checkpointRestore().then(() => console.log('restored'));
  `);
  expect(await program.ended).toMatchObject({ code: 0, stdout: '', stderr: '' });
  expect(await place.crac('restore', image)).toMatchObject({ code: 0, stdout: 'restored\n', stderr: '' });
});

test.skipIf(process.geteuid?.() !== 0)('a program that gives up its rights at once goes on', async () => {
  const program = run(`
    process.setegid('nogroup');
    process.seteuid('nobody');
    setTimeout(() => console.log('as', process.geteuid() === 0 ? 'root' : 'nobody'), 100);
  `);
  expect(await program.ended).toMatchObject({ code: 0, stdout: 'as nobody\n', stderr: '' });
});

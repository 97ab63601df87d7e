import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const isRoot = process.geteuid?.() === 0;
const DROP = 'process.setgid(65534); process.setuid(65534);';
const WHY =
  /was started as user 0 and is user 65534 by now \(setuid\)[\s\S]*setpriv --reuid 65534 --regid 65534/;
const INSIDE =
  /this process is user 65534 by now \(setuid\) and cannot reach [\s\S]*or let it give up its rights in an afterRestore hook/;

test.skipIf(!isRoot).each([
  ['at its start', `${DROP} setInterval(() => {}, 1000); console.log('given up');`, WHY],
  [
    'later',
    `setTimeout(() => { ${DROP} console.log('given up'); setInterval(() => {}, 1000); }, 300);`,
    INSIDE,
  ],
  [
    'in a child',
    `if (process.send) { ${DROP} process.send('up'); process.on('disconnect', () => process.exit()); }
     else require('node:child_process').fork(__filename).on('message', () => console.log('given up'));`,
    WHY,
  ],
])(
  'a program that has given up its rights %s is told why it cannot be checkpointed, and goes on',
  async (_when, text, why) => {
    const script = place.path('program.cjs');
    writeFileSync(script, text);
    const run = place.start(CRAC, ['run', '--engine', 'direct', '--image', image, script]);
    await run.line(/given up/);
    const ended = await place.crac('checkpoint', image);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(why);
    expect(ended.stderr).not.toMatch(/EACCES|\n\s+at /);
    expect(run.child.exitCode).toBeNull();
  },
);

test.skipIf(!isRoot)('checkpointRestore() in its parent says the same, once', async () => {
  const script = place.path('program.cjs');
  writeFileSync(
    script,
    `if (process.send) { ${DROP} process.send('up'); process.on('disconnect', () => process.exit()); }
     else {
       const child = require('node:child_process').fork(__filename);
       const { checkpointRestore } = require(${JSON.stringify(join(ROOT, 'dist/index.cjs'))});
       child.on('message', () => checkpointRestore().catch((error) => { console.log(error.message); child.disconnect(); }));
     }`,
  );
  const ended = await place.start(CRAC, ['run', '--engine', 'direct', '--image', image, script]).ended;
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toMatch(WHY);
  expect(ended.stdout.match(/the checkpoint failed|EngineError/gi)).toEqual([
    'The checkpoint failed',
    'EngineError',
  ]);
});

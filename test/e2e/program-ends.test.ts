import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, ROOT } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';

const ENDED = /the program ended before it could be checkpointed; its own output says why/;

/** A program that ends when its garbage is collected, as all members do after their hooks have agreed. */
const PROGRAM = `
  const { getGlobalContext, checkpointRestore } = require(${JSON.stringify(join(ROOT, 'dist/index.cjs'))});
  const registry = new FinalizationRegistry(() => process.exit(3));
  const resource = { beforeCheckpoint() { registry.register({}, 1); } };
  globalThis.kept = [registry, resource];
  if (process.send)
    checkpointRestore().catch((error) => { console.log(error.message); process.exit(); });
  else {
    getGlobalContext().register(resource);
    if (process.argv[2]) require('node:child_process').fork(__filename);
    setInterval(() => {}, 1000);
    console.log('up');
  }`;

const start = (engine: string, ...words: string[]) => {
  writeFileSync(place.path('program.cjs'), PROGRAM);
  return place.start(CRAC, [
    'run',
    '--engine',
    engine,
    '--image',
    image,
    place.path('program.cjs'),
    ...words,
  ]);
};

test.each(['criu', 'direct'])('a program that ends in the middle of a checkpoint: %s', async (engine) => {
  const run = start(engine);
  await run.line(/up\n/);
  const { code, stdout, stderr } = await place.crac('checkpoint', image);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(ENDED);
  expect(stderr).not.toMatch(/CommandError|goes on|\n\s+at /);
  expect(await run.ended).toMatchObject({ code: 3, stdout: 'up\n', stderr: '' });
});

test('a child that has asked for it hears why', async () => {
  const ended = await start('direct', 'with a child').ended;
  expect(ended.code).toBe(3);
  expect(ended.stdout).toMatch(/EngineError: the program ended before it could be checkpointed/);
  expect(ended.stdout + ended.stderr).not.toMatch(/CommandError|\n\s+at /);
});

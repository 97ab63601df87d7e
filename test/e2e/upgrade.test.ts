import { chmodSync, constants, copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CRAC, get, getJson, PROGRAMS, ROOT, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { compileOther, copyPackage, upgrade } from '../support/package-copy.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);

interface Answer {
  upgraded: boolean;
  random: string;
}

async function checkpointed(crac: string, words: string[]): Promise<void> {
  const program = place.start(crac, ['run', '--image', image, ...words], { env: { PORT: String(PORT) } });
  await program.line(/listening on/);
  expect(await place.start(crac, ['checkpoint', image]).ended).toMatchObject({ code: 0, stderr: '' });
  expect(await program.ended).toMatchObject({ code: 0 });
}

async function end(copy: Running): Promise<void> {
  copy.child.kill('SIGTERM');
  await copy.ended;
}

const plain = (text: string): string =>
  text
    .replaceAll(place.directory, 'HERE')
    .replaceAll(process.version, 'VERSION')
    .replace(/\d+ bytes, build id [0-9a-f]{12}/g, 'N bytes, build id X');

test('an image outlives an upgrade of crac: the program, its Workers and its children go on with what they had', async () => {
  const copy = copyPackage(place.directory);
  const crac = join(copy, 'bin/crac');
  await checkpointed(crac, [join(PROGRAMS, 'starts-workers.js')]);
  upgrade(copy);
  const fresh = place.start(
    crac,
    ['run', '--image', place.path('other'), join(PROGRAMS, 'starts-workers.js')],
    { env: { PORT: String(PORT + 1) } },
  );
  expect(await getJson<Answer>(PORT + 1)).toMatchObject({ upgraded: true });
  await end(fresh);

  const restored = place.start(crac, ['restore', image]);
  expect(await getJson<Answer>(PORT)).toMatchObject({ upgraded: false });
  expect(await getJson<Answer>(PORT, '/child')).toMatchObject({ upgraded: false });

  // The new crac checkpoints the old program, and the image still has what the program was started with.
  expect(await place.start(crac, ['checkpoint', image]).ended).toMatchObject({ code: 0, stderr: '' });
  expect(await restored.ended).toMatchObject({ code: 0, stderr: '' });
  const again = place.start(join(image, 'restore'), []);
  expect(await getJson<Answer>(PORT)).toMatchObject({ upgraded: false });
  await end(again);
  expect(again.stderr()).toBe('');
});

test('an image restores where crac is gone', async () => {
  const copy = copyPackage(place.directory);
  await checkpointed(join(copy, 'bin/crac'), [join(PROGRAMS, 'starts-workers.js')]);
  renameSync(copy, place.path('elsewhere'));

  writeFileSync(place.path('rules.yaml'), 'type: file\naction: ignore\n');
  const withRules = ['--policies', place.path('rules.yaml')];
  expect(plain((await place.start(join(image, 'restore'), withRules).ended).stderr)).toMatchInlineSnapshot(`
    "crac: the crac that made HERE/image is gone, and with it what reads policies. Use \`crac restore\` of an installed node-crac, or say
    what may have changed with --allowed-open-prefixes
    "
  `);

  const restored = place.start(join(image, 'restore'), []);
  const answers = [await getJson<Answer>(PORT), await getJson<Answer>(PORT, '/child')];
  expect(answers.map(({ upgraded }) => upgraded)).toEqual([false, false]);
  await end(restored);
  expect(restored.stderr()).toBe('');

  // Another installation of crac reads them.
  const other = place.start(CRAC, ['restore', image, ...withRules]);
  await get(PORT);
  await end(other);
  expect(other.stderr()).toBe('');
});

test('crac is replaced while the program runs: no image, a reason, and the program goes on', async () => {
  const copy = copyPackage(place.directory);
  const run = place.start(
    join(copy, 'bin/crac'),
    ['run', '--image', image, join(PROGRAMS, 'starts-workers.js')],
    { env: { PORT: String(PORT) } },
  );
  await run.line(/listening on/);
  rmSync(copy, { recursive: true });
  copyPackage(place.directory);

  expect(await place.start(join(copy, 'bin/crac'), ['checkpoint', image]).ended).toMatchInlineSnapshot(`
    {
      "code": 1,
      "signal": null,
      "stderr": "crac: node-crac was replaced or removed while this program ran, and the engine cannot dump what the program has of it; the program goes on.
    Start it anew with \`crac run\`. Images outlive an upgrade: make it after the checkpoint, or before the start
    ",
      "stdout": "",
    }
  `);
  expect(await getJson<Answer>(PORT)).toMatchObject({ upgraded: false });
  await end(run);
});

test('node itself was upgraded: which it was, which it is, and what to do', async () => {
  const node = place.path('node');
  copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE);
  await checkpointed(CRAC, ['--node', node, join(PROGRAMS, 'starts-workers.js')]);
  renameSync(node, `${node}.old`);
  writeFileSync(node, '#!/bin/sh\necho v99.1.0\n');
  chmodSync(node, 0o755);

  const { code, stdout, stderr } = await place.crac('restore', image);
  expect({ code, stdout }).toEqual({ code: 72, stdout: '' });
  expect(plain(stderr)).toMatchInlineSnapshot(`
    "crac: HERE/node was replaced since the checkpoint: the program ran on Node VERSION (N bytes, build id X), and this is Node v99.1.0 (23 bytes).
    Install Node VERSION there again, or make the image anew with the Node that is there now:
      crac run --image DIR app.js
      crac checkpoint DIR
    "
  `);

  // The same build in another file is the same node.
  renameSync(`${node}.old`, node);
  const copy = place.path('copy');
  copyFileSync(node, copy);
  renameSync(copy, node);
  const restored = place.start(CRAC, ['restore', image]);
  expect(await get(PORT)).toContain('"upgraded":false');
  await end(restored);
});

test('an addon of the program was replaced, or is gone', async () => {
  const addon = place.path('plugin.node');
  copyFileSync(join(ROOT, 'native/build/addon.node'), addon);
  writeFileSync(
    place.path('app.js'),
    `require('./plugin.node');\nrequire(${JSON.stringify(join(PROGRAMS, 'starts-workers.js'))});\n`,
  );
  await checkpointed(CRAC, [place.path('app.js')]);

  compileOther('addon', addon);
  const replaced = await place.crac('restore', image);
  expect(replaced).toMatchObject({ code: 72, stdout: '' });
  expect(plain(replaced.stderr)).toMatchInlineSnapshot(`
    "crac: HERE/plugin.node was replaced since the checkpoint, and the program has it mapped: it was N bytes, build id X, and is N bytes, build id X.
    Bring the version of then back there, or make the image anew with the one that is there now:
      crac run --image DIR app.js
      crac checkpoint DIR
    "
  `);

  rmSync(addon);
  const gone = await place.crac('restore', image);
  expect(gone).toMatchObject({ code: 72, stdout: '' });
  expect(plain(gone.stderr)).toMatchInlineSnapshot(`
    "crac: the program has HERE/plugin.node mapped, which cannot be opened: No such file or directory. Bring the same version back there, or make the image anew:
      crac run --image DIR app.js
      crac checkpoint DIR
    "
  `);
});

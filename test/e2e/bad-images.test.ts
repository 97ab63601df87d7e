import { chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC } from '../support/crac.ts';
import { crac, edit, image, place, shown, spoiled } from '../support/spoiled.ts';

/** A user without any right to the image, who exists on every machine. */
const NOBODY = 65534;

describe('crac restore', () => {
  test('no image named', async () => {
    expect(await crac('restore')).toMatchInlineSnapshot(`
      "2: crac: which image? usage: crac restore IMAGE; see \`crac restore --help\`
      "
    `);
  });
  test('no such image', async () => {
    expect(await crac('restore', 'none')).toMatchInlineSnapshot(`
      "72: crac: no image at none (No such file or directory). Make one with
        crac run --image none app.js
        crac checkpoint none
      "
    `);
  });
  test('the image is a file', async () => {
    expect(await crac('restore', 'app.js')).toMatchInlineSnapshot(`
      "72: crac: HERE/app.js is not an image: it has no restore.conf. \`crac inspect HERE/app.js\` says what is there
      "
    `);
  });
  test('a directory without an image', async () => {
    mkdirSync(place.path('empty'));
    expect(await crac('restore', 'empty')).toMatchInlineSnapshot(`
      "72: crac: HERE/empty is not an image: it has no restore.conf. \`crac inspect HERE/empty\` says what is there
      "
    `);
  });
  test('a directory with the log of a failed checkpoint', async () => {
    mkdirSync(place.path('failed'));
    writeFileSync(place.path('failed/dump4.log'), '(00.1) Error (criu/x.c:1): y\n');
    expect(await crac('restore', 'failed')).toMatchInlineSnapshot(`
      "72: crac: HERE/failed holds no image: the checkpoint into it failed. Why:
        crac explain HERE/failed/dump4.log
      "
    `);
  });
  test('an image of another engine', async () => {
    const copy = spoiled((path) =>
      edit(join(path, 'restore.conf'), (text) => text.replace(/^engine .*$/m, 'engine other')),
    );
    expect(await crac('restore', copy)).toMatchInlineSnapshot(`
      "72: crac: HERE/copy-1 was made by the engine other, which this restore does not read; make the image anew, or restore it with the crac that made it
      "
    `);
  });
  test('an image of another version of ours', async () => {
    const copy = spoiled((path) =>
      edit(join(path, 'restore.conf'), (text) => text.replace(/^format .*$/m, 'format 99')),
    );
    expect(await crac('restore', copy)).toMatchInlineSnapshot(`
      "72: crac: HERE/copy-2 was made by another version of node-crac (format 99, this one reads 1); make the image anew
      "
    `);
  });
  test('a restore.conf that is cut off, wherever that is', async () => {
    const cuts: ((text: string) => number)[] = [
      (text) => text.indexOf('\n', text.length / 2) + 1, // between two lines
      (text) => text.indexOf('\n', text.length / 2) + 3, // in the word of a line
      (text) => text.indexOf(' ', text.length / 2) + 1, // before its value
      (text) => text.indexOf(' ', text.length / 2) + 3, // in its value
      (text) => text.lastIndexOf('end') + 2,
    ];
    const copy = spoiled(() => {});
    const conf = join(copy, 'restore.conf');
    const whole = readFileSync(conf, 'utf8');
    for (const cut of cuts) {
      edit(conf, () => whole.slice(0, cut(whole)));
      expect(await crac('restore', copy)).toBe(
        '72: crac: HERE/copy-3/restore.conf is cut off; make the image anew with `crac checkpoint`\n',
      );
    }
  });
  test('a file that is cut off', async () => {
    const copy = spoiled((path) => truncateSync(join(path, 'pages-1.img'), 4096));
    expect((await crac('restore', copy)).replace(/have \d+/, 'have N')).toMatchInlineSnapshot(`
      "72: crac: HERE/copy-4 is not whole: pages-1.img has 4096 bytes and should have N. Copy it anew, or make it anew with \`crac checkpoint\`
      "
    `);
  });
  test('a file that is missing', async () => {
    const copy = spoiled((path) => rmSync(join(path, 'files.img')));
    expect(await crac('restore', copy)).toMatchInlineSnapshot(`
      "72: crac: HERE/copy-5 is not whole: files.img: No such file or directory. Copy it anew, or make it anew with \`crac checkpoint\`
      "
    `);
  });
  test('another version of node where the program’s was', async () => {
    const copy = spoiled((path) =>
      edit(join(path, 'restore.conf'), (text) =>
        text.replace(/^mapped \d+ \d+ \S+ (.*\/node)$/m, 'mapped 12345 1 0123456789abcdef $1'),
      ),
    );
    expect(
      (await crac('restore', copy))
        .replaceAll(process.version, 'VERSION')
        .replace(/\(\d+ bytes, build id [0-9a-f]{12}\)/g, '(N bytes, build id X)'),
    ).toMatchInlineSnapshot(`
      "72: crac: NODE was replaced since the checkpoint: the program ran on Node VERSION (N bytes, build id X), and this is Node VERSION (N bytes, build id X).
      Install Node VERSION there again, or make the image anew with the Node that is there now:
        crac run --image DIR app.js
        crac checkpoint DIR
      "
    `);
  });
  test('no node any more where the program’s was', async () => {
    const copy = spoiled((path) =>
      edit(join(path, 'restore.conf'), (text) =>
        text
          .replace(/^(node \d+) .*$/m, '$1 /none/such/node')
          .replace(/^(mapped \d+ \d+ \S+) .*\/node$/m, '$1 /none/such/node'),
      ),
    );
    expect((await crac('restore', copy)).replaceAll(process.version, 'VERSION')).toMatchInlineSnapshot(`
      "72: crac: the program ran on Node VERSION at /none/such/node: No such file or directory. Install that version of node there again, or make the image anew:
        crac run --image DIR app.js
        crac checkpoint DIR
      "
    `);
  });
  test('the engine is gone', async () => {
    const copy = spoiled((path) =>
      edit(join(path, 'restore.conf'), (text) => text.replace(/^criu .*$/m, 'criu /none/such/criu')),
    );
    expect(await crac('restore', copy)).toMatchInlineSnapshot(`
      "70: crac: the engine /none/such/criu is missing (No such file or directory). Bring it back with
        crac engine install
      "
    `);
  });
  test.skipIf(process.getuid?.() !== 0)('an image of another user (needs root to become one)', async () => {
    chmodSync(place.directory, 0o755); // also: a mode that has changed since the checkpoint is no hindrance
    mkdirSync(place.path('run-nobody'));
    const running = place.start(CRAC, ['restore', image], {
      uid: NOBODY,
      gid: NOBODY,
      env: { CRAC_RUNTIME_DIR: place.path('run-nobody') },
    });
    expect(shown(await running.ended)).toMatchInlineSnapshot(`
      "72: crac: HERE/image/restore.conf: Permission denied. An image belongs to the user who made it; restore as that user
      "
    `);
  });
  test('an unknown option', async () => {
    expect(await crac('restore', image, '--no-such')).toMatchInlineSnapshot(`
      "2: crac: unknown option --no-such; see \`crac restore --help\` (arguments for the program go after --)
      "
    `);
  });
  test('a missing value', async () => {
    expect(await crac('restore', image, '--cwd')).toMatchInlineSnapshot(`
      "2: crac: --cwd needs a value; see \`crac restore --help\`
      "
    `);
  });
  test('two images', async () => {
    expect(await crac('restore', image, 'other')).toMatchInlineSnapshot(`
      "2: crac: one image at a time: HERE/image and other; arguments for the program go after --
      "
    `);
  });
  test('a port that the image does not listen on', async () => {
    expect(await crac('restore', image, '--listen', '1=2')).toMatchInlineSnapshot(`
      "2: crac: --listen 1=2: the image listens on no port 1; \`crac inspect\` lists its ports
      "
    `);
  });
  test('ports that are none', async () => {
    expect(await crac('restore', image, '--listen', 'http')).toMatchInlineSnapshot(`
      "2: crac: --listen http: expected OLD=NEW, two port numbers
      "
    `);
  });
  test('a time that is none', async () => {
    expect(await crac('restore', image, '--timeout', 'long')).toMatchInlineSnapshot(`
      "2: crac: --timeout long: expected a whole number of seconds
      "
    `);
  });
  test('modes of directories that have changed since are no hindrance', async () => {
    chmodSync(place.directory, 0o755);
    const running = place.start(CRAC, ['restore', image]);
    await running.line(/tick \d+\n/);
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: null, signal: 'SIGTERM', stderr: '' });
  });
  test('no such working directory', async () => {
    expect(await crac('restore', image, '--cwd', 'none')).toMatchInlineSnapshot(`
      "2: crac: working directory none: No such file or directory
      "
    `);
  });
  test('no such file of environment variables', async () => {
    expect(await crac('restore', image, '--env-file', 'none')).toMatchInlineSnapshot(`
      "2: crac: --env-file none: No such file or directory
      "
    `);
  });
  test('a line of it that is none', async () => {
    writeFileSync(place.path('env'), 'A=1\nnonsense\n');
    expect(await crac('restore', image, '--env-file', 'env')).toMatchInlineSnapshot(`
      "2: crac: --env-file env: expected NAME=VALUE, found: nonsense
      "
    `);
  });
});

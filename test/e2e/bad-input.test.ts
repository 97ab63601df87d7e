import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { crac, image, place } from '../support/spoiled.ts';

describe('crac run', () => {
  test('no such program', async () => {
    expect(await crac('run', '--image', image, 'none.js')).toMatchInlineSnapshot(`
      "2: crac: there is no file HERE/none.js; name the program's script as for node
      "
    `);
  });
  test.each([
    ['an unknown option', ['--imgae', 'x', 'none.js'], '--imgae'],
    ['… with its value', ['--image', 'x', '--no-such=1', 'none.js'], '--no-such=1'],
    ['… behind --', ['--image', 'x', '--', '--no-such', 'none.js'], '--no-such'],
  ])('%s is named before the script is looked for', async (_name, words, option) => {
    for (const command of ['run', 'build'])
      expect(await crac(command, ...words)).toBe(
        `2: crac: unknown option ${option}: neither crac nor node has it; see \`crac ${command} --help\`\n`,
      );
  });
  test('options of node and of V8 are no unknown ones', async () => {
    const words = [
      '--image',
      'x',
      '--expose-gc',
      '--stack-trace-limit=3',
      '--harmony-shipping',
      '--test-only',
      'none.js',
    ];
    expect(await crac('run', ...words)).toBe(
      "2: crac: there is no file HERE/none.js; name the program's script as for node\n",
    );
  });
  test('no program', async () => {
    expect(await crac('run', '--image', image)).toMatchInlineSnapshot(`
      "2: crac: which program? usage: crac run --image DIR [options] [--] app.js [args]; see \`crac run --help\`
      "
    `);
  });
  test('no image', async () => {
    expect(await crac('run', 'app.js')).toMatchInlineSnapshot(`
      "2: crac: missing --image: crac run --image DIR app.js
      "
    `);
  });
  test('the image’s parent directory is missing', async () => {
    expect(await crac('run', '--image', 'none/such/image', 'app.js')).toMatchInlineSnapshot(`
      "2: crac: cannot write an image to HERE/none/such/image: HERE/none/such does not exist. Make it with
        mkdir -p HERE/none/such
      "
    `);
  });
  test('the image is a file', async () => {
    expect(await crac('run', '--image', 'app.js', 'app.js')).toMatchInlineSnapshot(`
      "2: crac: HERE/app.js is a file; an image is a directory: name another
      "
    `);
  });
  test('the image directory holds other files', async () => {
    mkdirSync(place.path('photos'));
    writeFileSync(place.path('photos/cat.jpg'), '');
    expect(await crac('run', '--image', 'photos', 'app.js')).toMatchInlineSnapshot(`
      "2: crac: HERE/photos holds other files and no image; it would be replaced: name another directory
      "
    `);
  });
  test('a missing value', async () => {
    expect(await crac('run', '--image')).toMatchInlineSnapshot(`
      "2: crac: --image needs a value: --image DIR; see \`crac run --help\`
      "
    `);
  });
  test('a signal that does not exist', async () => {
    expect(
      await crac('run', '--image', image, '--checkpoint-signal', 'SIGNONE', 'app.js'),
    ).toMatchInlineSnapshot(`
      "2: crac: --checkpoint-signal SIGNONE: no such signal; for example SIGUSR2
      "
    `);
  });
  test('a number that is none', async () => {
    expect(await crac('run', '--image', image, '--min-pid', 'many', 'app.js')).toMatchInlineSnapshot(`
      "2: crac: --min-pid many: expected a whole number
      "
    `);
  });
  test('a node binary that is none', async () => {
    expect(await crac('run', '--image', image, '--node', '/none/such/node', 'app.js')).toMatchInlineSnapshot(`
      "2: crac: --node /none/such/node: there is no such file; give the path of a node binary (\`command -v node\` prints one)
      "
    `);
  });
});

describe('crac checkpoint', () => {
  test('no target', async () => {
    expect(await crac('checkpoint')).toMatchInlineSnapshot(`
      "2: crac: name one program: crac checkpoint PID, or crac checkpoint DIR; \`crac ps\` lists them
      "
    `);
  });
  test('two targets', async () => {
    expect(await crac('checkpoint', '1', '2')).toMatchInlineSnapshot(`
      "2: crac: name one program: crac checkpoint PID, or crac checkpoint DIR; \`crac ps\` lists them
      "
    `);
  });
  test('a process that is not ours', async () => {
    expect(await crac('checkpoint', '1')).toMatchInlineSnapshot(`
      "3: crac: 1 is no program that crac runs. Start one with
        crac run --image DIR app.js
      "
    `);
  });
  test('a directory with which nothing runs', async () => {
    expect(await crac('checkpoint', image)).toMatchInlineSnapshot(`
      "3: crac: no program runs with the image directory HERE/image. Start one with
        crac run --image DIR app.js
      "
    `);
  });
  test('an unknown option', async () => {
    expect(await crac('checkpoint', image, '--no-such')).toMatchInlineSnapshot(`
      "2: crac: unknown option --no-such; see \`crac checkpoint --help\`
      "
    `);
  });
  test('a missing value', async () => {
    expect(await crac('checkpoint', image, '--timeout')).toMatchInlineSnapshot(`
      "2: crac: --timeout needs a value: --timeout SECONDS; see \`crac checkpoint --help\`
      "
    `);
  });
  test('a time that is none', async () => {
    expect(await crac('checkpoint', image, '--timeout', 'long')).toMatchInlineSnapshot(`
      "2: crac: --timeout long: expected a whole number
      "
    `);
  });
});

describe('crac', () => {
  test('no such command', async () => {
    expect(await crac('freeze')).toMatchInlineSnapshot(`
      "2: crac: there is no command freeze; \`crac --help\` lists them
      "
    `);
  });
  test('crac ps with an unknown option', async () => {
    expect(await crac('ps', '--no-such')).toMatchInlineSnapshot(`
      "2: crac: unknown option --no-such; see \`crac ps --help\`
      "
    `);
  });
});

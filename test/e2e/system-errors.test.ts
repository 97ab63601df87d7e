import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CRAC, type Ended, PROGRAMS, type Running } from '../support/crac.ts';
import { image, place } from '../support/own-place.ts';
import { freePorts } from '../support/ports.ts';

const PORT = await freePorts(5);
const isRoot = process.getuid?.() === 0;

async function start(directory = image): Promise<Running> {
  const running = place.start(CRAC, ['run', '--image', directory, join(PROGRAMS, 'http-server.js')], {
    env: { PORT: String(PORT) },
  });
  await running.line(/listening on/);
  return running;
}

async function makeImage(directory = image): Promise<void> {
  const running = await start(directory);
  expect(await place.crac('checkpoint', directory)).toMatchObject({ code: 0, stderr: '' });
  await running.ended;
}

const shown = (text: string): string => text.replaceAll(place.directory, 'HERE');

/** What, where, what to do; and never a stack trace. */
function isToldWell({ stderr }: Ended): void {
  expect(stderr).toMatch(/^crac: /);
  expect(stderr).not.toMatch(/^ +at |node:internal|^Node\.js v/m);
  expect(stderr).not.toContain('a fault of crac');
}

function readOnly(directory: string, action: () => Promise<void>): Promise<void> {
  execFileSync('mount', ['--bind', directory, directory]);
  execFileSync('mount', ['-o', 'remount,bind,ro', directory]);
  return action().finally(() => execFileSync('umount', ['-l', directory]));
}

describe.skipIf(!isRoot)('a file system that is mounted read-only (needs root)', () => {
  test('is told before anything is done for an image on it', async () => {
    const disk = place.path('disk');
    mkdirSync(disk);
    const running = await start();
    await readOnly(disk, async () => {
      const checkpoint = await place.crac('checkpoint', image, '--image', join(disk, 'image'));
      expect({ ...checkpoint, stderr: shown(checkpoint.stderr) }).toMatchInlineSnapshot(`
        {
          "code": 2,
          "signal": null,
          "stderr": "crac: cannot use HERE/disk: the file system is mounted read-only (EROFS)
        It was needed to write an image to HERE/disk/image
        Name a directory that can be written, or mount it read-write
        ",
          "stdout": "",
        }
      `);
      const build = await place.crac(
        'build',
        '--image',
        join(disk, 'image'),
        join(PROGRAMS, 'http-server.js'),
      );
      expect(build).toMatchObject({ code: 2, stdout: '', stderr: checkpoint.stderr });
      const json = await place.crac('checkpoint', image, '--image', join(disk, 'image'), '--json');
      expect(json.code).toBe(2);
      expect(JSON.parse(json.stdout).error).toMatchObject({ name: 'CommandError', code: 'EROFS' });
    });
    expect(await place.crac('checkpoint', image)).toMatchObject({ code: 0, stderr: '' });
    await running.ended;
  });

  test('holds an image that is to be compressed', async () => {
    const disk = place.path('disk');
    mkdirSync(disk);
    await makeImage(join(disk, 'image'));
    await readOnly(disk, async () => {
      const said = await place.crac('image', 'compress', join(disk, 'image'), '--json');
      isToldWell(said);
      expect(said.code).toBe(72);
      expect(shown(said.stderr)).toMatch(
        /^crac: cannot make HERE\/disk\/image\.partial-.*: the file system is mounted read-only \(EROFS\)\n/,
      );
      expect(JSON.parse(said.stdout).error.code).toBe('EROFS');
    });
  });

  test('an image that is a mount point of its own', async () => {
    mkdirSync(image);
    const running = await start(place.path('other'));
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', image]);
    try {
      const { code, stderr } = await place.crac('checkpoint', String(running.pid), '--image', image);
      expect({ code, stderr: shown(stderr) }).toMatchInlineSnapshot(`
        {
          "code": 2,
          "stderr": "crac: cannot write an image to HERE/image: it is a mount point, and nothing can be put in its place. Name a directory in it:
          --image HERE/image/image
        ",
        }
      `);
    } finally {
      execFileSync('umount', ['-l', image]);
    }
  });
});

test.skipIf(!isRoot)('a directory in which this user may not write (needs root to be another)', async () => {
  chmodSync(place.directory, 0o755);
  mkdirSync(place.path('run'), { mode: 0o700 });
  chownSync(place.path('run'), 65534, 65534);
  const said = await place.start('setpriv', [
    '--reuid=65534',
    '--regid=65534',
    '--clear-groups',
    CRAC,
    'build',
    '--image',
    image,
    join(PROGRAMS, 'http-server.js'),
  ]).ended;
  isToldWell(said);
  expect({ code: said.code, stderr: shown(said.stderr) }).toMatchInlineSnapshot(`
    {
      "code": 2,
      "stderr": "crac: cannot use HERE: this user may not (EACCES)
    It was needed to write an image to HERE/image
    Look at its owner and mode (ls -ld HERE), or name another directory
    ",
    }
  `);
});

test('a working directory that was removed', async () => {
  for (const command of [
    'checkpoint ./image',
    'inspect ./image --json',
    'build --image ./image app.js',
    'ps',
    'explain ./image',
  ]) {
    mkdirSync(place.path('gone'));
    const said = await place.start('sh', [
      '-c',
      `cd "${place.path('gone')}" && rmdir "${place.path('gone')}" && exec "${CRAC}" ${command}`,
    ]).ended;
    // The shell that bin/crac is written for has its own word for it.
    const stderr = said.stderr.replace(/^sh: 0: getcwd\(\) failed: .*\n/, '');
    if (said.code !== 0) isToldWell({ ...said, stderr });
    expect(existsSync(place.path('gone'))).toBe(false);
  }
});

test('few open files', async () => {
  await makeImage();
  const limited = (limit: number, command: string) =>
    place.start('sh', ['-c', `ulimit -n ${limit}; exec "${CRAC}" ${command}`]).ended;
  for (const limit of [16, 20, 30, 47]) {
    const said = await limited(limit, `inspect "${image}" --json`);
    const told = `this process may open ${limit} files, and crac needs 48. Allow more, as with: ulimit -n 4096`;
    expect({ ...said, stdout: JSON.parse(said.stdout) }).toEqual({
      code: 1,
      signal: null,
      stdout: { error: { name: 'CommandError', message: told, code: 'EMFILE' } },
      stderr: `crac: ${told}\n`,
    });
  }
  expect(await limited(48, `inspect "${image}"`)).toMatchObject({ code: 0, stderr: '' });
});

describe('a manifest.json of another shape', () => {
  test.each([
    ['nothing', ''],
    ['half of it', '{"format": 1, "createdAt": "2026'],
    ['null', 'null'],
    ['a number', '7'],
    ['a list', '[]'],
    ['an empty object', '{}'],
    ['another format', '{"format": 2}'],
    ['the format alone', '{"format": 1}'],
    ['no engine', 'engine'],
    ['a text for the ports', 'ports'],
    ['a number for the command', 'command'],
    ['nothing for the size', 'size'],
  ])('%s', async (_, content) => {
    await makeImage();
    const path = join(image, 'manifest.json');
    const whole = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const changed =
      content in whole ? JSON.stringify({ ...whole, [content]: content === 'size' ? null : 'x' }) : content;
    writeFileSync(path, changed);
    cpSync(image, place.path('copy'), { recursive: true });
    for (const words of [
      ['inspect', image],
      ['inspect', image, '--json'],
      ['image', 'compress', image],
    ]) {
      const said = await place.crac(...words);
      isToldWell(said);
      expect(said.code).toBe(72);
      expect(shown(said.stderr)).toMatch(
        /^crac: HERE\/image is damaged: manifest\.json .*; make the image anew\n$/,
      );
    }
  });
});

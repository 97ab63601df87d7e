import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { aptInstall } from '../../support/apt.ts';
import { apps } from '../../support/copies.ts';
import { CRAC, getJson, PROGRAMS, pause } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';

const PORT = await freePorts(5);

/** Node 20 has no zstd: the command comes from Debian. */
function whyNoZstd(): string {
  if ('createZstdCompress' in zlib) return '';
  const there = () => spawnSync('zstd', ['--version']).status === 0;
  if (there()) return '';
  aptInstall('zstd');
  return there() ? '' : ' (skipped: neither this Node nor this machine has zstd, and apt-get brings none)';
}

const why = whyNoZstd();

async function makeImage(...options: string[]): Promise<string> {
  const program = join(PROGRAMS, 'http-server.js');
  const running = place.start(CRAC, ['run', '--image', image, program], { env: { PORT: String(PORT) } });
  expect(await getJson(PORT)).toMatchObject({ count: 1 });
  const done = await place.crac('checkpoint', image, ...options);
  expect(done).toMatchObject({ code: 0, stderr: '' });
  await running.ended;
  return done.stdout;
}

/** Every file and what is in it. */
const contents = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory)
      .sort()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex'),
      ]),
  );

const bytesOnDisk = (path: string): number => statSync(path).blocks * 512;
const sizes = (text: string) =>
  text
    .match(/: ([\d.]+) MiB, compressed ([\d.]+) MiB \(.*\)\n$/)
    ?.slice(1)
    .map(Number);

describe.skipIf(why)(`an image compressed for storage${why}`, () => {
  test('is small, refused by a restore, and comes back byte by byte', async () => {
    await makeImage();
    const [before, blocks] = [contents(image), bytesOnDisk(join(image, 'crac-memory.img'))];

    const compressed = await place.crac('image', 'compress', image);
    expect(compressed).toMatchObject({ code: 0, stderr: '' });
    const [size = 0, small = 0] = sizes(compressed.stdout) ?? [];
    expect(small).toBeLessThan(size / 3);
    expect(readdirSync(image)).toContain('crac-memory.img.zst');
    expect(existsSync(join(image, 'crac-memory.img'))).toBe(false);
    const words = `crac: ${image} is compressed for storage. Make it fit for a restore with\n  crac image decompress ${image}\n`;
    expect(await place.crac('restore', image)).toEqual({ code: 72, signal: null, stdout: '', stderr: words });
    expect(await place.start(join(image, 'restore'), []).ended).toMatchObject({ code: 72, stderr: words });
    expect((await place.crac('image', 'compress', image)).stderr).toBe(
      `crac: ${image} is compressed already; \`crac image decompress\` undoes it\n`,
    );

    expect(await place.crac('image', 'decompress', image)).toMatchObject({ code: 0, stderr: '' });
    expect(contents(image)).toEqual(before);
    expect(bytesOnDisk(join(image, 'crac-memory.img'))).toBeLessThanOrEqual(blocks); // holes are holes again
    place.start(CRAC, ['restore', image]);
    expect(await getJson(PORT)).toMatchObject({ count: 2 });
    expect((await place.crac('image', 'decompress', image)).stderr).toBe(
      `crac: ${image} is not compressed; it can be restored as it is\n`,
    );
  });

  test('checkpoint --compress; decompress --to leaves the stored one', async () => {
    expect(await makeImage('--compress')).toMatch(
      / written to .*: [\d.]+ MiB, stood still for .*, compressed [\d.]+ MiB\n$/,
    );
    const stored = contents(image);
    const unpacked = place.path('unpacked');
    const done = await place.crac('image', 'decompress', image, '--to', unpacked, '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ image: unpacked, size: expect.any(Number) });
    expect(contents(image)).toEqual(stored);
    place.start(join(unpacked, 'restore'), []);
    expect(await getJson(PORT)).toMatchObject({ count: 2 });
  });

  test('compressed while a copy runs: the copy does not notice', async () => {
    await makeImage();
    const copy = place.start(CRAC, ['restore', image]);
    expect(await getJson(PORT)).toMatchObject({ count: 2 });
    expect(await place.crac('image', 'compress', image)).toMatchObject({ code: 0 });
    expect(await getJson(PORT)).toMatchObject({ count: 3 });
    const second = place.path('second');
    expect(await place.crac('checkpoint', String(copy.pid), '--image', second)).toMatchObject({ code: 0 });
    place.start(CRAC, ['restore', second]);
    expect(await getJson(PORT)).toMatchObject({ count: 4 });
  });

  test('a damaged file is named, and nothing of the image is lost', async () => {
    await makeImage('--compress');
    const path = join(image, 'crac-memory.img.zst');
    const good = readFileSync(path);
    for (const bad of [
      Buffer.concat([good.subarray(0, 5000), Buffer.of(~(good[5000] as number)), good.subarray(5001)]),
      good.subarray(0, 9000),
    ]) {
      writeFileSync(path, bad);
      const before = contents(image);
      const { code, stderr } = await place.crac('image', 'decompress', image);
      expect(code).toBe(72);
      expect(stderr).toMatch(new RegExp(`^crac: ${path} is damaged: .+; copy the image anew\n$`));
      expect(contents(image)).toEqual(before);
      expect(readdirSync(place.directory).filter((name) => name.startsWith('image'))).toEqual(['image']);
    }
    writeFileSync(path, good);
    expect(await place.crac('image', 'decompress', image)).toMatchObject({ code: 0 });
  });

  test('interrupted, it leaves the image as it was', async () => {
    await makeImage();
    const before = contents(image);
    const compressing = place.start(CRAC, ['image', 'compress', image, '--level', '19']);
    while (!readdirSync(place.directory).some((name) => name.startsWith('image.partial-'))) await pause(2);
    compressing.child.kill('SIGINT');
    expect(await compressing.ended).toEqual({
      code: 130,
      signal: null,
      stdout: '',
      stderr: 'crac: interrupted by SIGINT; the image is as it was\n',
    });
    expect(contents(image)).toEqual(before);
    expect(readdirSync(place.directory).filter((name) => name.startsWith('image'))).toEqual(['image']);
  });

  test("Node's own zstd and the command read each other's", async () => {
    const { node22 } = await apps('node22');
    await makeImage();
    const before = contents(image);
    const other = place.path('other');
    cpSync(image, other, { recursive: true });
    const by = (node: string, ...words: string[]) =>
      place.start(CRAC, ['image', ...words], { env: { CRAC_NODE: node } }).ended;
    expect(await by(node22, 'compress', image)).toMatchObject({ code: 0, stderr: '' });
    expect(await by(process.execPath, 'compress', other)).toMatchObject({ code: 0, stderr: '' });
    expect(await by(process.execPath, 'decompress', image)).toMatchObject({ code: 0, stderr: '' });
    expect(await by(node22, 'decompress', other)).toMatchObject({ code: 0, stderr: '' });
    expect([contents(image), contents(other)]).toEqual([before, before]);
  }, 300_000);
});

test('what is refused', async () => {
  const usage = (stderr: string) => ({ code: 2, signal: null, stdout: '', stderr });
  expect(await place.crac('image')).toEqual(
    usage(
      'crac: say what to do with which image: crac image compress|decompress|sign|encrypt|decrypt IMAGE\n',
    ),
  );
  expect(await place.crac('image', 'compress', image, '--level', '20')).toEqual(
    usage('crac: --level 20: expected a number from 1 (fast) to 19 (small)\n'),
  );
  expect(await place.crac('image', 'compress', image, '--to', 'x')).toEqual(
    usage('crac: --to goes with decompress, encrypt, decrypt, not with compress\n'),
  );
  expect(await place.crac('image', 'compress', image)).toMatchObject({
    code: 72,
    stderr: `crac: no image at ${image}: there is no such directory\n`,
  });
});

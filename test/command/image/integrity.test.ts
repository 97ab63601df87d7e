import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkpoint, run } from '../../support/copies.ts';
import { CRAC, get, Place, PROGRAMS } from '../../support/crac.ts';
import { image, place } from '../../support/own-place.ts';
import { freePorts } from '../../support/ports.ts';

const PORT = await freePorts(5);
const made = new Place();
const original = made.path('image');
const key = made.path('key.pem');
const publicKey = made.path('key.pub');

const openssl = (...words: string[]) =>
  execFileSync('openssl', words, { stdio: ['ignore', 'pipe', 'ignore'] });

/** One image for all tests here; each works on a copy of its own. */
beforeAll(async () => {
  const program = run(made, { image: original, words: [join(PROGRAMS, 'http-server.js')], port: PORT });
  await get(PORT, '/count');
  await checkpoint(made, program, original);
  openssl('genpkey', '-algorithm', 'ed25519', '-out', key);
  writeFileSync(publicKey, openssl('pkey', '-in', key, '-pubout'));
});
afterAll(() => made.close());

const copyImage = (): void => cpSync(original, image, { recursive: true, preserveTimestamps: true });

/** Flips one bit in the middle of a file. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] as number) ^ 1;
  const { mode } = statSync(path);
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
  chmodSync(path, mode);
}

const refused = (problems: string[]) => ({
  code: 72,
  stdout: '',
  stderr: `crac: ${image} is not as it was made:\n${problems.map((line) => `  ${line}\n`).join('')}Do not restore it; copy it anew, or make it anew with \`crac checkpoint\`\n`,
});

async function restores(...options: string[]): Promise<void> {
  const copy = place.start(CRAC, ['restore', image, ...options]);
  expect(await get(PORT, '/count')).toBeTruthy();
  copy.child.kill('SIGTERM');
  expect((await copy.ended).stderr).toBe('');
}

describe('checksums', () => {
  test('an image as it was made is verified, and restored', async () => {
    copyImage();
    const { files } = JSON.parse(readFileSync(join(image, 'manifest.json'), 'utf8'));
    expect(files.map(({ name }: { name: string }) => name)).toEqual(
      readdirSync(image)
        .filter((name) => name !== 'manifest.json')
        .sort(),
    );
    const verified = await place.crac('inspect', image, '--verify');
    expect(verified).toMatchObject({ code: 0, stderr: '' });
    expect(verified.stdout).toMatch(/^\S+: \d+ files, [\d.]+ MiB, as they were made\n$/);
    expect(JSON.parse((await place.crac('inspect', image, '--verify', '--json')).stdout)).toEqual({
      image,
      files: files.length,
      size: files.reduce((sum: number, { size }: { size: number }) => sum + size, 0),
    });
    await restores('--verify');
  });

  test('one bit, a missing file and one too much are named, by inspect and by restore', async () => {
    copyImage();
    const [memory = ''] = readdirSync(image).filter((name) => /^crac-memory|^pages-/.test(name));
    damage(join(image, memory));
    rmSync(join(image, 'inventory.img'));
    writeFileSync(join(image, 'more.img'), '');
    const problems = [
      `${memory} was changed`,
      'inventory.img is missing',
      '"more.img" is not a file of the image',
    ];
    expect(await place.crac('inspect', image, '--verify')).toEqual({ ...refused(problems), signal: null });
    expect(await place.crac('restore', image, '--verify')).toEqual({ ...refused(problems), signal: null });
  });

  test('--or-run starts cold where the image is not as it was made', async () => {
    copyImage();
    damage(join(image, 'restore.conf'));
    writeFileSync(place.path('cold.js'), 'console.log("cold")');
    const done = await place.crac('restore', image, '--verify', '--or-run', 'cold.js');
    expect(done).toMatchObject({ code: 0, stdout: 'cold\n' });
    expect(done.stderr).toContain('restore.conf was changed');
  });

  test('a compressed image is verified by what comes out of it', async () => {
    copyImage();
    expect(await place.crac('image', 'compress', image)).toMatchObject({ code: 0 });
    expect(await place.crac('inspect', image, '--verify')).toMatchObject({ code: 0, stderr: '' });
    const [memory = ''] = readdirSync(image).filter((name) => name.endsWith('.zst'));
    truncateSync(join(image, memory), 1000);
    const { code, stderr } = await place.crac('inspect', image, '--verify');
    expect(code).toBe(72);
    expect(stderr).toContain(memory.replace('.zst', ''));
  });

  test('an image that an older version made has no checksums, and says so', async () => {
    copyImage();
    const path = join(image, 'manifest.json');
    const { files, ...older } = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify(older));
    expect(await place.crac('inspect', image, '--verify')).toMatchObject({
      code: 72,
      stderr: `crac: ${image} cannot be verified: it was made before checksums were recorded. Make it anew\n`,
    });
  });
});

describe('signatures', () => {
  test('a signed image is restored where a signature is required, also after it was compressed and back', async () => {
    copyImage();
    const signed = await place.crac('image', 'sign', image, '--key', key);
    expect(signed).toMatchObject({ code: 0, stderr: '' });
    expect(signed.stdout).toMatch(/^\S+: signed by [0-9a-f]{64} \(/);
    await restores('--require-signature', publicKey);
    for (const action of ['compress', 'decompress'])
      expect(await place.crac('image', action, image)).toMatchObject({ code: 0 });
    expect(await place.crac('inspect', image, '--require-signature', publicKey)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('; signed by '),
    });
  });

  test('CRAC_REQUIRE_SIGNATURE asks for it without a word on the command line', async () => {
    copyImage();
    const restore = () =>
      place.start(CRAC, ['restore', image], { env: { CRAC_REQUIRE_SIGNATURE: publicKey } }).ended;
    expect(await restore()).toMatchObject({
      code: 72,
      stderr: `crac: ${image} is not signed. Whoever vouches for it signs it with\n  crac image sign IMAGE --key FILE\n`,
    });
  });

  test('another key, a changed manifest and a changed file are refused, each by name', async () => {
    copyImage();
    expect(await place.crac('image', 'sign', image, '--key', key)).toMatchObject({ code: 0 });
    const other = place.path('other.pem');
    openssl('genpkey', '-algorithm', 'ed25519', '-out', other);
    const check = async (by: string) =>
      (await place.crac('inspect', image, '--require-signature', by)).stderr;
    expect(await check(other)).toContain('was signed by another key');
    damage(join(image, 'files.img'));
    expect(await check(publicKey)).toContain('files.img was changed');
    appendFileSync(join(image, 'manifest.json'), ' ');
    expect(await check(publicKey)).toContain('was changed after it was signed');
    // Nobody signs what is not whole.
    expect((await place.crac('image', 'sign', image, '--key', key)).stderr).toContain(
      'files.img was changed',
    );
  });

  test('what is no Ed25519 key is refused, with the command that makes one', async () => {
    copyImage();
    const rsa = place.path('rsa.pem');
    openssl('genpkey', '-algorithm', 'rsa', '-out', rsa);
    const sign = (by: string) => place.crac('image', 'sign', image, '--key', by);
    expect(await sign(rsa)).toMatchObject({ code: 2, stderr: expect.stringContaining('of the kind rsa') });
    expect(await sign('none.pem')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('openssl genpkey -algorithm ed25519 -out key.pem'),
    });
    expect(await place.crac('image', 'sign', image)).toMatchObject({
      code: 2,
      stderr: 'crac: say by which key: --key FILE\n',
    });
  });
});

describe('encryption', () => {
  const withKey = (name: string): string => {
    writeFileSync(place.path(name), randomBytes(32).toString('hex'), { mode: 0o600 });
    return place.path(name);
  };

  test('an encrypted image shows nothing, and comes out as it went in', async () => {
    copyImage();
    const keyFile = withKey('image.key');
    expect(await place.crac('image', 'sign', image, '--key', key)).toMatchObject({ code: 0 });
    const before = await place.crac('inspect', image, '--json');
    expect(await place.crac('image', 'encrypt', image, '--key-file', keyFile)).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(readdirSync(image).sort()).toEqual(['image.enc', 'restore.conf']);
    expect(readFileSync(join(image, 'image.enc')).includes('http-server.js')).toBe(false);
    for (const words of [
      ['restore', image],
      ['inspect', image],
    ])
      expect(await place.crac(...words)).toMatchObject({
        code: 72,
        stderr: expect.stringContaining(`crac image decrypt ${image} --key-file FILE`),
      });
    const back = await place.crac('image', 'decrypt', image, '--key-command', `cat ${keyFile}`);
    expect(back).toMatchObject({ code: 0, stderr: '' });
    expect((await place.crac('inspect', image, '--json')).stdout).toBe(before.stdout);
    await restores('--require-signature', publicKey);
  });

  test('another key, a bit, a cut and exchanged parts are refused; the encrypted image stays', async () => {
    copyImage();
    const [keyFile, other] = [withKey('image.key'), withKey('other.key')];
    const store = place.path('store');
    const encrypt = ['image', 'encrypt', image, '--key-file', keyFile, '--to', store];
    expect(await place.crac(...encrypt)).toMatchObject({ code: 0 });
    const path = join(store, 'image.enc');
    const good = readFileSync(path);
    const decrypt = (by = keyFile) =>
      place.crac('image', 'decrypt', store, '--key-file', by, '--to', place.path('out'));
    const CHUNK = (1 << 20) + 16;
    const parts = (...order: number[]) =>
      order.map((n) => (n < 0 ? good.subarray(0, 47) : good.subarray(47 + n * CHUNK, 47 + (n + 1) * CHUNK)));
    const bad: [Buffer, string][] = [
      [
        Buffer.concat([good.subarray(0, 3_000_000), Buffer.from([0, 1, 2]), good.subarray(3_000_003)]),
        'changed or cut off',
      ],
      [good.subarray(0, 47 + 2 * CHUNK), 'changed or cut off'],
      [
        Buffer.concat([...parts(-1, 1, 0), good.subarray(47 + 2 * CHUNK)]),
        'the key is another one, or its beginning was changed',
      ],
      [good.subarray(0, 20), 'does not begin as an encrypted image does'],
    ];
    for (const [bytes, why] of bad) {
      writeFileSync(path, bytes);
      expect(await decrypt()).toMatchObject({ code: 72, stderr: expect.stringContaining(why) });
      expect(readdirSync(place.directory)).not.toContain('out');
    }
    writeFileSync(path, good);
    expect(await decrypt(other)).toMatchObject({
      code: 72,
      stderr: expect.stringContaining('the key is another one'),
    });
    expect(await decrypt()).toMatchObject({ code: 0 });
    renameSync(place.path('out'), place.path('again'));
    expect(readdirSync(place.path('again')).sort()).toEqual(readdirSync(image).sort());
  });

  test('a key that is too short, none, two, and a command that fails', async () => {
    copyImage();
    writeFileSync(place.path('short'), 'secret\n');
    const encrypt = (...words: string[]) => place.crac('image', 'encrypt', image, ...words);
    expect(await encrypt('--key-file', 'short')).toMatchObject({
      code: 2,
      stderr: `crac: ${place.path('short')} has 6 bytes; a key has at least 32. Make one with\n  (umask 077; openssl rand -hex 32 >image.key)\n`,
    });
    const which = 'crac: say where the key is: --key-file FILE, or --key-command COMMAND\n';
    expect(await encrypt()).toMatchObject({ code: 2, stderr: which });
    expect(await encrypt('--key-file', 'short', '--key-command', 'true')).toMatchObject({
      code: 2,
      stderr: which,
    });
    expect(await encrypt('--key-command', 'exit 3')).toMatchObject({
      code: 1,
      stderr:
        'crac: the command for the key ended with 3: exit 3\nIt must print the key to its standard output; run it by hand to see what it lacks\n',
    });
    expect(await place.crac('image', 'compress', image, '--key-file', 'short')).toMatchObject({
      code: 2,
      stderr: 'crac: --key-file goes with encrypt, decrypt, not with compress\n',
    });
  });
});

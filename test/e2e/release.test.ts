import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, Place, ROOT } from '../support/crac.ts';
import { missing } from '../support/debian.ts';
import { freePorts } from '../support/ports.ts';
import { doExample, shownExample, whyNoExample } from '../support/readme-example.ts';
import { type Registry, startRegistry } from '../support/registry.ts';

/** `npm run release`, a registry, and those who install from it. */

const PORT = await freePorts();
const VERSION = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
const CPU = process.arch;
const HERE = `linux-${CPU}`;

/** musl for the other CPU is fetched once (scripts/release/musl.mjs). */
async function muslLacks(cpu: string): Promise<string | undefined> {
  const { muslFor } = await import(join(ROOT, 'scripts/release/musl.mjs'));
  return muslFor(cpu).missing;
}

async function foreignMusl(): Promise<string[]> {
  const lacking = await Promise.all(['x64', 'arm64'].map(muslLacks));
  return lacking.filter((each) => each !== undefined);
}

/** The cross compilers of Debian; without them the test builds for this machine alone, and says so. */
const lacks = [
  missing('aarch64-linux-gnu-gcc', 'gcc-aarch64-linux-gnu', 'libc6-dev-arm64-cross'),
  missing('musl-gcc', 'musl-tools'),
  ...(await foreignMusl()),
].filter(Boolean);
const ALL = ['linux-x64', 'linux-x64-musl', 'linux-arm64', 'linux-arm64-musl'];

let place: Place;
let out: string;
let built: Ended;
let registry: Registry;
let tools: string;

const release = (where: string, words: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> =>
  place.start(process.execPath, [join(ROOT, 'scripts/release.mjs'), '--out', where, ...words], { env }).ended;

const names = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);

beforeAll(async () => {
  place = new Place();
  out = place.path('release');
  const apps = execFileSync(process.execPath, [join(ROOT, 'scripts/apps.mjs'), '--json', 'release-tools']);
  const entry = (JSON.parse(apps.toString()) as Record<string, string>)['release-tools'] as string;
  tools = join(entry, '../../../../.bin');
  registry = await startRegistry(place, PORT);
  const targets = lacks.length > 0 ? ['--target', HERE] : [];
  const env = registry.environment(place.directory);
  built = await release(out, [...targets, '--publish', '--registry', registry.url], env);
}, 600_000);
afterAll(() => place.close());

describe(`a release${lacks.length > 0 ? ` (for this machine alone: ${lacks.join('; ')})` : ''}`, () => {
  test('builds and checks a package for each platform, and publishes them before the one that names them', () => {
    expect(built, built.stderr).toMatchObject({ code: 0 });
    const wanted = lacks.length > 0 ? [HERE] : ALL;
    const published = built.stderr.match(/^release: (\S+) published$/gm)?.map((line) => line.split(' ')[1]);
    expect(published).toEqual([
      ...wanted.map((name) => `@node-crac/${name}@${VERSION}`),
      `node-crac@${VERSION}`,
    ]);
    expect(
      built.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(' ')[0]),
    ).toEqual([...wanted.map((name) => `@node-crac/${name}`), 'node-crac']);
    expect(names(out).filter((name) => !name.endsWith('.tgz'))).toEqual([
      'SHA256SUMS',
      'packages',
      'provenance.intoto.json',
    ]);
  });

  test('a second time it publishes nothing twice', async () => {
    const env = registry.environment(place.directory);
    const words = ['--target', HERE, '--no-lint', '--publish', '--registry', registry.url];
    const again = await release(place.path('again'), words, env);
    expect(again.stderr).toContain(`release: @node-crac/${HERE}@${VERSION} is published already\n`);
    expect(again.stderr).toContain(`release: node-crac@${VERSION} is published already\n`);
    expect(again.stderr).not.toMatch(/ published$/m);
  });

  test('what was built before is published by itself, and only as it was built', async () => {
    const env = registry.environment(place.directory);
    const again = place.path('again');
    const words = ['--from', again, '--publish', '--registry', registry.url];
    const done = await release(place.path('unused'), words, env);
    expect(done).toMatchObject({ code: 0, stderr: expect.stringContaining('is published already') });
    const tarball = join(again, `node-crac-${HERE}-${VERSION}.tgz`);
    const whole = readFileSync(tarball);
    writeFileSync(tarball, Buffer.concat([whole, Buffer.alloc(1)]));
    const refused = await release(place.path('unused'), words, env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^release: \S+\.tgz is not what was built: its SHA-256 is [0-9a-f]{64}\n$/,
    );
    writeFileSync(tarball, whole);
  });

  test('the same sources make the same bytes', () => {
    for (const name of [`node-crac-${HERE}-${VERSION}.tgz`, `node-crac-${VERSION}.tgz`])
      expect(readFileSync(join(out, name)).equals(readFileSync(place.path('again', name))), name).toBe(true);
  });

  test('says where it comes from and what is in it', async () => {
    const statement = JSON.parse(readFileSync(join(out, 'provenance.intoto.json'), 'utf8'));
    const tarballs = names(out).filter((name) => name.endsWith('.tgz'));
    expect(statement.subject.map(({ name }: { name: string }) => name).sort()).toEqual(tarballs);
    for (const { name, digest } of statement.subject as { name: string; digest: { sha512: string } }[])
      expect(execFileSync('sha512sum', [join(out, name)], { encoding: 'utf8' })).toContain(digest.sha512);
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
    });
    const bill = JSON.parse(readFileSync(join(out, 'packages', HERE, 'sbom.cdx.json'), 'utf8'));
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    expect(bill.components.map(({ name }: { name: string }) => name)).toEqual([
      (await muslLacks(CPU)) ? 'glibc' : 'musl',
    ]);
  });

  test('what does not belong into a package, or asks too much of a system, stops it', async () => {
    const { contentProblems, nativeProblems } = await import(join(ROOT, 'scripts/release/check.mjs'));
    const file = (path: string) => ({ path });
    const list = ['LICENSE', 'dist/cli.js', 'dist/register.cjs', 'native/build/addon.node', '.env'].map(file);
    expect(contentProblems('platform', { name: 'x', files: list, size: 3_000_000 })).toEqual([
      'x: .env does not belong into it',
      'x: native/build/crac-native is missing',
      'x: 3000000 bytes packed, more than 2000000',
    ]);
    // Built for this machine only, it needs this machine's C library.
    const local = nativeProblems({ name: 'local', cpu: CPU, libc: 'glibc' }, ROOT);
    const newer =
      Number(/2\.(\d+)/.exec(execFileSync('ldd', ['--version'], { encoding: 'utf8' }))?.[1]) >= 34;
    if (newer) expect(local.join('\n')).toMatch(/addon\.node needs glibc 2\.3\d, and Node itself only 2\.28/);
    const other = CPU === 'x64' ? 'arm64' : 'x64';
    const folder = join(out, 'packages', HERE);
    expect(nativeProblems({ name: 'here', cpu: CPU, libc: 'glibc' }, folder)).toEqual([]);
    expect(nativeProblems({ name: 'here', cpu: other, libc: 'glibc' }, folder)).toContain(
      'here: addon.node is of another machine',
    );
  });

  test.skipIf(lacks.length > 0 || CPU !== 'x64')(
    'what is preloaded loads into a program of musl',
    async () => {
      const program = place.path('musl-program');
      writeFileSync(
        place.path('program.c'),
        '#include <stdio.h>\nint main(void) { puts("runs"); return 0; }\n',
      );
      execFileSync('musl-gcc', ['-o', program, place.path('program.c')]);
      const library = join(out, 'packages/linux-x64-musl/native/build/no-io-uring.so');
      const env = { LD_PRELOAD: library, LD_DEBUG: '' };
      const { stdout, stderr, code } = await place.start(program, [], { env }).ended;
      expect({ stdout, stderr, code }).toEqual({ stdout: 'runs\n', stderr: '', code: 0 });
    },
  );
});

/** A fresh project of somebody who has never seen this machine's npm. */
function project(name: string, files: Record<string, string> = {}): string {
  const folder = place.path(name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries({ 'package.json': '{ "private": true }', ...files }))
    writeFileSync(join(folder, file), text);
  return folder;
}

describe.skipIf(whyNoExample)(`installed from the registry${whyNoExample}`, () => {
  const install = async (folder: string, file: string, words: string[]): Promise<void> => {
    const env = { ...registry.environment(folder), YARN_ENABLE_IMMUTABLE_INSTALLS: 'false' };
    const ended = await place.start(file, words, { cwd: folder, env }).ended;
    expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0 });
  };

  test('npm, into a project: the package of this platform alone comes along, and the first example works', async () => {
    const folder = project('with-npm');
    await install(folder, 'npm', ['install', 'node-crac', '--no-audit', '--no-fund']);
    expect(names(join(folder, 'node_modules/@node-crac'))).toEqual([HERE]);
    expect(names(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
      '@node-crac',
      'node-crac',
    ]);
    expect(await doExample(place, folder, join(folder, 'node_modules/.bin'))).toEqual(shownExample());
  });

  test('npm, for everybody: `crac engine install` makes the native command the bin itself', async () => {
    const folder = project('global');
    const prefix = join(folder, 'usr');
    await install(folder, 'npm', ['install', '--global', '--prefix', prefix, 'node-crac', '--no-audit']);
    const bin = join(prefix, 'bin/crac');
    const script = join(prefix, 'lib/node_modules/node-crac/bin/crac');
    expect(lstatSync(script).isFile()).toBe(true);
    const engine = await place.start(bin, ['engine', 'install', '--if-needed']).ended;
    expect(engine).toMatchObject({
      code: 0,
      stderr: `crac: ${realpathSync(join(script, '..'))}/crac is the native command now\n`,
    });
    expect(realpathSync(bin)).toMatch(/@node-crac\/linux-\w+\/native\/build\/crac-native$/);
    const twice = await place.start(bin, ['engine', 'install', '--if-needed']).ended;
    expect(twice).toMatchObject({ code: 0, stderr: '' });
    expect(await place.start(bin, ['--version']).ended).toMatchObject({ code: 0, stdout: `${VERSION}\n` });
    expect(await doExample(place, project('for-all'), join(prefix, 'bin'))).toEqual(shownExample());
  });

  test('pnpm', async () => {
    const folder = project('with-pnpm');
    await install(folder, join(tools, 'pnpm'), ['add', 'node-crac', '--registry', registry.url]);
    expect(await doExample(place, folder, join(folder, 'node_modules/.bin'))).toEqual(shownExample());
  });

  test('Yarn', async () => {
    const folder = project('with-yarn', {
      'package.json': '{ "private": true, "packageManager": "yarn@4.18.1" }',
      'yarn.lock': '',
      '.yarnrc.yml': [
        'nodeLinker: node-modules',
        `npmRegistryServer: ${registry.url}`,
        'unsafeHttpWhitelist: [127.0.0.1]',
        'enableTelemetry: false',
        'enableGlobalCache: false',
        'npmMinimalAgeGate: 0',
        '',
      ].join('\n'),
    });
    await install(folder, join(tools, 'yarn'), ['add', 'node-crac']);
    expect(await doExample(place, folder, join(folder, 'node_modules/.bin'))).toEqual(shownExample());
  });
});

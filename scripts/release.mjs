// Builds what is published: the package, and one for each platform, all on this machine. Nothing leaves it without
// --publish.
//   node scripts/release.mjs [--out DIR] [--target linux-x64]… [--all] [--publish …]
//   node scripts/release.mjs --from DIR --publish [--registry URL] [--provenance] [--tag TAG]
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { contentProblems, linted, manifestProblems, nativeProblems } from './release/check.mjs';
import { muslLibrary, muslVersion, versionOf } from './release/musl.mjs';
import { isBuilt, pack, stageMain, stagePlatform } from './release/packages.mjs';
import { provenanceOf } from './release/provenance.mjs';
import { publish } from './release/publish.mjs';
import { output, say } from './release/run.mjs';
import { TARGETS, toolchainOf } from './release/targets.mjs';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'release' },
    from: { type: 'string' },
    target: { type: 'string', multiple: true },
    all: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    registry: { type: 'string' },
    provenance: { type: 'boolean', default: false },
    tag: { type: 'string' },
    'no-lint': { type: 'boolean', default: false },
  },
});

/** Returns the C library whose static form is in the binaries. */
function linkedInto({ cpu }, root) {
  if (root !== undefined)
    return [{ name: 'musl', version: muslVersion(root, cpu) ?? 'unknown', license: 'MIT' }];
  const version = versionOf(process.arch === cpu ? 'libc6-dev' : 'libc6-dev-arm64-cross') ?? 'unknown';
  return [{ name: 'glibc', version, license: 'LGPL-2.1-or-later' }];
}

function build(out) {
  if (!isBuilt()) throw new Error('there is no build: node scripts/build.mjs');
  const work = join(out, 'work');
  const wanted = TARGETS.filter(({ name }) => values.target?.includes(name) ?? true);
  const missing = [];
  const made = [];
  mkdirSync(work, { recursive: true });
  for (const target of wanted) {
    const { toolchain, root, missing: why } = toolchainOf(target, work);
    if (!toolchain) {
      missing.push(`${target.name}: there is no ${why}`);
      continue;
    }
    say(`building ${target.name}`);
    const folder = join(out, 'packages', target.name);
    stagePlatform(target, toolchain, folder, linkedInto(target, root));
    const musl = target.libc === 'musl' ? muslLibrary(root, target.cpu) : undefined;
    made.push({ kind: 'platform', target, folder, musl, compiler: toolchain.compiler });
  }
  const main = join(out, 'packages/node-crac');
  stageMain(TARGETS, main);
  return { made: [...made, { kind: 'main', folder: main }], missing };
}

function checked(out, made) {
  const problems = [];
  const packed = made.map(({ kind, target, folder, musl }) => {
    const found = pack(folder, out);
    problems.push(...manifestProblems(folder), ...contentProblems(kind, found));
    if (target) problems.push(...nativeProblems(target, folder, musl));
    return {
      name: found.name,
      version: found.version,
      tarball: join(out, found.filename),
      size: found.size,
      unpacked: found.unpackedSize,
    };
  });
  const main = packed.at(-1).tarball;
  if (!values['no-lint']) {
    linted(main);
    say('publint and Are the types wrong have nothing to say');
  }
  if (problems.length > 0) throw new Error(`these packages are not published:\n  ${problems.join('\n  ')}`);
  return packed;
}

function sums(out, paths) {
  const lines = paths.map(
    (path) => `${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${basename(path)}\n`,
  );
  writeFileSync(join(out, 'SHA256SUMS'), lines.join(''));
}

/** Publishes what was built before, and only if it is still the same bytes. */
function publishFrom(folder) {
  const lines = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').split('\n').filter(Boolean);
  const packed = lines.map((line) => {
    const [sum, name] = line.split('  ');
    const tarball = resolve(folder, name);
    const found = createHash('sha256').update(readFileSync(tarball)).digest('hex');
    if (found !== sum) throw new Error(`${tarball} is not what was built: its SHA-256 is ${found}`);
    const manifest = output('tar', ['-xzOf', tarball, 'package/package.json']);
    return { name: JSON.parse(manifest).name, version: JSON.parse(manifest).version, tarball };
  });
  publish(packed, values);
}

function release() {
  if (values.from !== undefined) return publishFrom(values.from);
  const out = resolve(values.out);
  rmSync(out, { recursive: true, force: true });
  const { made, missing } = build(out);
  const packed = checked(out, made);
  const tarballs = packed.map(({ tarball }) => tarball);
  const compilers = Object.fromEntries(
    made.flatMap(({ compiler }) =>
      compiler ? [[compiler, output(compiler, ['--version']).split('\n')[0]]] : [],
    ),
  );
  writeFileSync(
    join(out, 'provenance.intoto.json'),
    `${JSON.stringify(provenanceOf(tarballs, compilers), undefined, 2)}\n`,
  );
  sums(out, tarballs);
  rmSync(join(out, 'work'), { recursive: true });
  for (const { name, size, unpacked } of packed)
    process.stdout.write(`${name.padEnd(28)} ${String(size).padStart(9)} ${String(unpacked).padStart(9)}\n`);
  for (const line of missing) say(`not built: ${line}`);
  if (!values.publish)
    return say(`${readdirSync(out).length - 1} files in ${out}; nothing was published (--publish)`);
  publish(packed, values);
}

try {
  release();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}

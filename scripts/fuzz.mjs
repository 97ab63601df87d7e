// Fuzzes the native parsers under AddressSanitizer and UndefinedBehaviorSanitizer: npm run fuzz [-- --seconds N] [TARGET…]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ARCHITECTURES } from './native.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const fuzz = join(root, 'native/fuzz');
const native = join(root, 'native');
/** The folders of crac-native (scripts/build.mjs) but for `commands`, which has its main(). */
const ROOMS = ['base', 'network', 'supervisor', 'restore', 'engines'];
const folders = [
  ...ROOMS,
  ...readdirSync(join(native, 'engines'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join('engines', name)),
  ...[ARCHITECTURES[process.arch], `${ARCHITECTURES[process.arch]}/loader`].map((name) =>
    join('engines/direct', name),
  ),
];
const corpus = join(fuzz, 'corpus');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '60' }, // for all targets together
    runs: { type: 'string', default: '0' }, // for each target, instead of a time
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    out: { type: 'string', default: join(root, '.fuzz') },
  },
});
const all = readdirSync(corpus).sort();
const wanted = positionals.length > 0 ? positionals : all;
const unknown = wanted.find((name) => !all.includes(name));
if (unknown !== undefined) fail(`there is no target ${unknown}; there are ${all.join(', ')}`, 2);

const compiler = process.env.CC ?? 'cc';
const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const COVERAGE = '-fsanitize-coverage=trace-pc';
const build = mkdtempSync(join(tmpdir(), 'crac-fuzz-'));

function fail(text, code) {
  process.stderr.write(`fuzz: ${text}\n`);
  process.exit(code);
}

function compile(...words) {
  const { status, stderr, error } = spawnSync(compiler, words, { encoding: 'utf8', cwd: build });
  return status === 0 ? undefined : (error?.message ?? stderr);
}

/** Says why these sanitizers cannot be had here; undefined where they can. Told by exit code 3. */
function whyNot() {
  const program = spawnSync(
    compiler,
    [...SANITIZERS, COVERAGE, '-x', 'c', '-', '-c', '-o', join(build, 'probe.o')],
    { input: 'int main(void) { return 0; }\n', encoding: 'utf8' },
  );
  if (program.status !== 0) return program.error?.message ?? program.stderr;
  const why = compile(...SANITIZERS, '-x', 'c', '/dev/null', '-shared', '-fPIC', '-o', 'probe.so');
  return why;
}

function buildFuzzer() {
  const flags = [
    '-g',
    '-O1',
    '-std=gnu11',
    '-Wall',
    '-Wextra',
    '-fno-omit-frame-pointer',
    '-I',
    native,
    ...SANITIZERS,
  ];
  const sources = folders
    .flatMap((folder) => readdirSync(join(native, folder)).map((name) => join(native, folder, name)))
    .filter((path) => path.endsWith('.c') && path !== join(native, 'base/say.c'));
  // The restorer that crac-native has in itself, as the build made it.
  const blob = [`-Wa,-I,${join(native, 'build')}`, join(native, 'engines/direct/blob.S')];
  const why =
    compile(...flags, '-c', join(fuzz, 'driver.c')) ??
    compile(
      ...flags,
      COVERAGE,
      ...sources,
      ...blob,
      join(fuzz, 'targets.c'),
      join(fuzz, 'say.c'),
      'driver.o',
      '-o',
      'fuzz',
    );
  if (why !== undefined) fail(`cannot build the fuzzer:\n${why}`, 1);
}

try {
  const why = whyNot();
  if (why !== undefined) fail(`${compiler} has no sanitizers here (Debian: gcc libc6-dev):\n${why}`, 3);
  buildFuzzer();
  mkdirSync(values.out, { recursive: true });
  const seconds =
    Number(values.runs) > 0 ? 0 : Math.max(1, Math.round(Number(values.seconds) / wanted.length));
  let bad = 0;
  for (const name of wanted) {
    const found = join(values.out, name);
    const words = [name, join(corpus, name), values.runs, String(seconds), values.seed, found];
    const { status, signal } = spawnSync(join(build, 'fuzz'), words, { stdio: 'inherit' });
    if (status === 0) continue;
    bad++;
    process.stderr.write(
      `fuzz: ${name} failed (${signal ?? `exit code ${status}`}), seed ${values.seed}${existsSync(found) ? `; copy ${found} to native/fuzz/corpus/${name} once it is mended` : ''}\n`,
    );
  }
  process.exitCode = bad > 0 ? 1 : 0;
} finally {
  rmSync(build, { recursive: true, force: true });
}

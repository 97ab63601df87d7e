// Compiles the native part: into native/build/ for this machine (build.mjs), or for another one (release/).
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { muslLauncher } from './musl-compiler.mjs';

/**
 * @typedef {object} Toolchain
 * @property {string} compiler for what is loaded into programs
 * @property {string} [cpu] as Node calls it; default this machine's
 * @property {string[]} [options] of every such compilation
 * @property {string[]} [libraries] linked to each of them
 * @property {{ compiler: string, options: string[] }} [launcher] how the static binary is compiled, which needs no C
 * library where it runs; default: by musl where that is there, else as the rest
 * @property {boolean} [glibc] what only works with it is left out elsewhere; default true
 */

const sourcesOf = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => join(folder, name));

/** Lists all headers: a file of one folder includes those of others, by their path from native/. */
const nativeHeaders = () =>
  readdirSync('native', { recursive: true })
    .filter((name) => name.endsWith('.h'))
    .map((name) => join('native', name));

const foldersOf = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

const DIRECT = 'native/engines/direct';

/** Lists the folders whose sources are the one static binary, crac-native; each engine has one of its own. */
const launcherFolders = (cpu) => [
  ...['base', 'network', 'supervisor', 'restore', 'engines', 'commands'],
  ...foldersOf('native/engines')
    .map((name) => join('engines', name))
    .filter((folder) => hasDirect(cpu) || join('native', folder) !== DIRECT),
];

/** The folders of what the engine direct knows of a CPU, of those for which it is written. */
export const ARCHITECTURES = { x64: 'x86_64', arm64: 'aarch64' };
const hasDirect = (cpu) => cpu in ARCHITECTURES;
/** Options of what runs inside programs of this engine: no helpers of libgcc's, and no signed addresses (aarch64/arch.h). */
const OF_CPU = { x64: [], arm64: ['-mbranch-protection=none', '-mno-outline-atomics'] };

const STRICT = ['-O2', '-std=gnu11', '-Wall', '-Wextra', '-Werror', '-I', 'native'];

/** Compiles aside and renames: a running program keeps the file that it has mapped. */
function compile(compiler, output, inputs, { options, headers, libraries = [], finish }) {
  const newest = Math.max(...[...inputs, ...headers].map((file) => statSync(file).mtimeMs));
  if (existsSync(output) && statSync(output).mtimeMs > newest) return;
  const aside = `${output}.new`;
  const words = [...STRICT, ...options, '-o', aside, ...inputs, ...libraries];
  const { error, status } = spawnSync(compiler, words, { stdio: 'inherit' });
  if (error?.code === 'ENOENT')
    fail(`there is no ${compiler}; install a C compiler (Debian: gcc libc6-dev), or name one with CC`);
  if (status !== 0) fail(`${compiler} cannot build ${output}: ${error?.message ?? 'see above'}`);
  finish?.(aside);
  renameSync(aside, output);
}

/** Leaves of an ELF file the bytes of its one part that is loaded: not every linker can write them alone. */
function flatten(file) {
  const bytes = readFileSync(file);
  const headers = Array.from({ length: bytes.readUInt16LE(56) }, (_, index) => {
    const at = Number(bytes.readBigUInt64LE(32)) + index * bytes.readUInt16LE(54);
    const [offset, address, size] = [8, 16, 32].map((field) => Number(bytes.readBigUInt64LE(at + field)));
    return { isLoaded: bytes.readUInt32LE(at) === 1, offset, address, size };
  });
  const [part, ...others] = headers.filter(({ isLoaded, size }) => isLoaded && size > 0);
  if (part?.address !== 0 || others.length > 0) fail(`${file} is not in one piece from 0 on`);
  writeFileSync(file, bytes.subarray(part.offset, part.offset + part.size));
}

function fail(text) {
  process.stderr.write(`build: ${text}\n`);
  process.exit(1);
}

/** Finds node's headers; in an installed package there are only those that came with node, if any. */
function nodeHeaders() {
  const theirs = join(dirname(realpathSync(process.execPath)), '../include/node');
  const folder = ['node_modules/node-api-headers/include', theirs].find((path) =>
    existsSync(join(path, 'node_api.h')),
  );
  if (!folder)
    fail(`this node has no headers: no ${theirs}/node_api.h (Debian's own node: install libnode-dev)`);
  return folder;
}

function launcherOf(compiler, cpu) {
  const work = mkdtempSync(join(tmpdir(), 'crac-musl-'));
  const options = process.env.CC ? undefined : muslLauncher(compiler, cpu, work);
  process.once('exit', () => rmSync(work, { recursive: true, force: true }));
  return { compiler, options: options ?? [] };
}

const SHARED = ['-shared', '-fPIC', '-fvisibility=hidden'];

/** @param {Toolchain} [toolchain] */
export function buildNative(folder, toolchain = { compiler: process.env.CC ?? 'cc' }) {
  const { compiler, cpu = process.arch, options = [], libraries = [] } = toolchain;
  const { launcher = launcherOf(compiler, cpu), glibc = true } = toolchain;
  mkdirSync(folder, { recursive: true });
  const headers = nativeHeaders();
  const loaded = (name, sources, more = []) =>
    compile(compiler, join(folder, name), sources, {
      options: [...SHARED, ...options, ...more],
      libraries: [...libraries, '-ldl'],
      headers,
    });
  // The file is only a place to mount over; all zeros outside of a program's tree.
  if (!existsSync(join(folder, 'mark'))) writeFileSync(join(folder, 'mark'), Buffer.alloc(4096));
  const restorer = join(folder, 'restorer.bin');
  const own = hasDirect(cpu) ? `${DIRECT}/${ARCHITECTURES[cpu]}` : undefined;
  const assembly = [`${own}/context.S`];
  // The restorer comes before crac-native, which has it in itself.
  if (hasDirect(cpu))
    compile(compiler, restorer, [`${own}/entry.S`, ...sourcesOf(`${DIRECT}/restorer`), ...assembly], {
      options: [
        ...['-ffreestanding', '-fPIE', '-static', '-nostdlib', '-fno-stack-protector', '-fno-jump-tables'],
        ...['-fno-tree-loop-distribute-patterns', '-fno-asynchronous-unwind-tables', ...OF_CPU[cpu]],
        `-Wl,-T,${DIRECT}/restorer/flat.ld,--build-id=none`,
      ],
      headers: [...headers, `${DIRECT}/restorer/flat.ld`],
      finish: flatten,
    });
  compile(
    launcher.compiler,
    join(folder, 'crac-native'),
    [
      ...launcherFolders(cpu).flatMap((name) => sourcesOf(join('native', name))),
      ...(hasDirect(cpu) ? [...sourcesOf(own), ...sourcesOf(`${own}/loader`), `${DIRECT}/blob.S`] : []),
    ],
    {
      options: [
        ...launcher.options,
        ...['-static', '-include', 'native/base/error-words.h'],
        `-Wa,-I,${folder}`, // the directory where blob.S finds the restorer
      ],
      headers: hasDirect(cpu) ? [...headers, restorer] : headers,
    },
  );
  if (hasDirect(cpu) && glibc)
    loaded(
      'direct.so',
      [...[`${DIRECT}/inside`, own, `${own}/inside`].flatMap(sourcesOf), ...assembly],
      ['-fno-stack-protector', ...OF_CPU[cpu]],
    );
  loaded('addon.node', sourcesOf('native/addon'), ['-I', nodeHeaders()]);
  if (glibc) loaded('trace.so', sourcesOf('native/trace'), ['-I', nodeHeaders()]);
  for (const [name, library] of [
    ['gnutls', 'libgnutls.so.30'],
    ['nftables', 'libnftables.so.1'],
  ])
    compile(compiler, join(folder, library), [`native/engines/criu/stubs/${name}.c`], {
      options: [
        '-shared',
        '-fPIC',
        '-nostdlib',
        `-Wl,-soname,${library}`,
        `-Wl,--version-script=native/engines/criu/stubs/${name}.map`,
        '-Wl,-z,noseparate-code', // a page less to map
      ],
      headers: [`native/engines/criu/stubs/${name}.map`],
    });
  loaded('no-io-uring.so', sourcesOf('native/preload'));
}

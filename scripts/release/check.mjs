// What is looked at before anything is published: the files of each package, their sizes, and what they ask of a system.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandExists, output } from './run.mjs';
import { GLIBC } from './targets.mjs';

const COMMAND = [
  /^LICENSE$/,
  /^README\.md$/,
  /^package\.json$/,
  /^sbom\.cdx\.json$/,
  /^dist\/(cli\.js|register\.cjs|trace-register\.cjs|platform-engine\.cjs)$/,
  /^dist\/adapters\/[\w.-]+\.cjs$/,
  /^dist\/chunks\/[\w-]+\.js$/,
];

const PLATFORM = [
  ...COMMAND,
  /^native\/build\/(addon\.node|crac-native|direct\.so|libgnutls\.so\.30|libnftables\.so\.1|mark|no-io-uring\.so|trace\.so)$/,
];

const MAIN = [
  ...COMMAND,
  /^(CHANGELOG|SECURITY)\.md$/,
  /^bin\/crac$/,
  /^dist\/(index|testing|express|fastify|hono|koa|nest|platform|lambda)\.(js|cjs)$/,
  /^dist\/types(-cjs)?\/.*\.d\.ts$/,
  /^dist\/types-cjs\/package\.json$/,
  /^docs\/.*\.(md|svg)$/,
  /^native\/(?!build|fuzz)[\w/-]+\.(c|h|S|map|ld)$/,
  /^scripts\/(build|musl-compiler|native)\.mjs$/,
];

const MUST = {
  platform: ['dist/cli.js', 'dist/register.cjs', 'native/build/addon.node', 'native/build/crac-native'],
  main: ['bin/crac', 'dist/index.js', 'dist/index.cjs', 'dist/types/program/index.d.ts', 'native/portable.h'],
};

/** The largest packed size in bytes: a package that grows beyond it does so on purpose. */
const MOST = { platform: 2_000_000, main: 2_000_000 };

/** @returns {string[]} what is wrong with the list of files */
export function contentProblems(kind, { name, files, size }) {
  const allowed = kind === 'main' ? MAIN : PLATFORM;
  const paths = files.map(({ path }) => path);
  return [
    ...paths
      .filter((path) => !allowed.some((pattern) => pattern.test(path)))
      .map((path) => `${name}: ${path} does not belong into it`),
    ...MUST[kind].filter((path) => !paths.includes(path)).map((path) => `${name}: ${path} is missing`),
    ...(size > MOST[kind] ? [`${name}: ${size} bytes packed, more than ${MOST[kind]}`] : []),
  ];
}

const MACHINES = { x64: 'Advanced Micro Devices X86-64', arm64: 'AArch64' };

/** Checks that each binary is of its platform, and asks for no newer C library than Node itself. */
export function nativeProblems({ name, cpu, libc }, folder, musl = undefined) {
  const build = join(folder, 'native/build');
  const objects = readdirSync(build).filter((file) => !['mark', 'restorer.bin'].includes(file)); // no ELF files
  return objects.flatMap((file) => {
    const path = join(build, file);
    const header = output('readelf', ['-hd', path], { env: { ...process.env, LC_ALL: 'C' } });
    const needed = [...header.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, library]) => library);
    const versions = [...output('readelf', ['-V', path]).matchAll(/GLIBC_([\d.]+)/g)].map(([, each]) => each);
    const newest = versions.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1);
    return [
      ...(header.includes(MACHINES[cpu]) ? [] : [`${name}: ${file} is of another machine`]),
      ...(file === 'crac-native' && needed.length > 0 ? [`${name}: ${file} is not static`] : []),
      ...(libc === 'musl' && needed.some((each) => each !== 'libc.so')
        ? [`${name}: ${file} needs ${needed}`]
        : []),
      ...(musl && file !== 'crac-native'
        ? unknownSymbols(path, musl).map((symbol) => `${name}: ${file} needs ${symbol}, which musl has not`)
        : []),
      ...(libc === 'glibc' && newest && newest.localeCompare(GLIBC, 'en', { numeric: true }) > 0
        ? [`${name}: ${file} needs glibc ${newest}, and Node itself only ${GLIBC}`]
        : []),
    ];
  });
}

/** Matches Node's own symbols, and those that the compiler asks for in vain everywhere. */
const OF_NODE = /^(napi_|uv_|_ITM_)/;

function symbols(path) {
  const lines = output('readelf', ['-W', '--dyn-syms', path]).split('\n');
  return lines.map((line) => line.trim().split(/\s+/)).filter((words) => words.length > 7);
}

/** Lists what the dynamic linker of musl would not find. */
function unknownSymbols(path, musl) {
  const known = new Set(symbols(musl).map((words) => words[7]));
  return symbols(path)
    .filter((words) => words[6] === 'UND' && words[4] !== 'WEAK')
    .map((words) => words[7])
    .filter((symbol) => symbol && !known.has(symbol) && !OF_NODE.test(symbol));
}

/** Checks a package.json for what npm 12 would not run, and what would be a surprise. */
export function manifestProblems(folder) {
  const { name, scripts, dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return [
    ...(scripts ? [`${name} has scripts, and npm runs none at an installation`] : []),
    ...(dependencies ? [`${name} has dependencies at run time`] : []),
    ...readdirSync(folder, { recursive: true })
      .filter((path) => statSync(join(folder, path)).isFile() && path.startsWith('.'))
      .map((path) => `${name}: ${path}`),
  ];
}

/** Runs publint and Are the types wrong, where they are installed: `node scripts/apps.mjs release-tools`. */
export function linted(tarball) {
  const tools = join(process.cwd(), '.apps/release-tools/node_modules/.bin');
  const [publint, types] = ['publint', 'attw'].map((tool) => join(tools, tool));
  if (!commandExists(publint)) throw new Error('publint is missing: node scripts/apps.mjs release-tools');
  const profile = ['--profile', 'node16', '--no-emoji', '--no-color', '--format', 'ascii'];
  return `${output(publint, ['run', tarball, '--strict'])}${output(types, [tarball, ...profile])}`;
}

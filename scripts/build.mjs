// Builds everything: the bundles in dist/, the type declarations, and the native part in native/build/.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

async function bundles() {
  const shared = { bundle: true, platform: 'node', target: 'node20', logLevel: 'warning', sourcemap: false };
  await Promise.all([
    build({ ...shared, entryPoints: ['src/index.ts'], format: 'esm', outfile: 'dist/index.js' }),
    build({ ...shared, entryPoints: ['src/index.ts'], format: 'cjs', outfile: 'dist/index.cjs' }),
    build({
      ...shared,
      entryPoints: ['src/preload/register.ts'],
      format: 'cjs',
      outfile: 'dist/register.cjs',
    }),
    build({
      ...shared,
      entryPoints: { cli: 'src/cli/main.ts' },
      format: 'esm',
      splitting: true,
      outdir: 'dist',
      chunkNames: 'chunks/[name]-[hash]',
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    }),
  ]);
}

function types() {
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' });
}

const sourcesOf = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(folder, name));

/** Compiles aside and renames: a running program keeps the file that it has mapped. */
function compile(output, inputs, flags) {
  const newest = Math.max(...[...inputs, ...flags.headers].map((file) => statSync(file).mtimeMs));
  if (existsSync(output) && statSync(output).mtimeMs > newest) return;
  const aside = `${output}.new`;
  const compiler = process.env.CC ?? 'cc';
  execFileSync(
    compiler,
    [
      '-O2',
      '-std=gnu11',
      '-Wall',
      '-Wextra',
      '-Werror',
      ...flags.options,
      '-o',
      aside,
      ...inputs,
      ...(flags.libraries ?? []),
    ],
    {
      stdio: 'inherit',
    },
  );
  renameSync(aside, output);
}

function native() {
  if (process.platform !== 'linux') return;
  mkdirSync('native/build', { recursive: true });
  const addon = {
    options: ['-shared', '-fPIC', '-fvisibility=hidden', '-I', 'node_modules/node-api-headers/include'],
    libraries: ['-ldl'],
    headers: ['native/addon/addon.h', 'native/mark.h'],
  };
  const preload = {
    options: ['-shared', '-fPIC', '-fvisibility=hidden'],
    libraries: ['-ldl'],
    headers: ['native/mark.h'],
  };
  // Only a place to mount over; all zeros outside of a program's tree.
  if (!existsSync('native/build/mark')) writeFileSync('native/build/mark', Buffer.alloc(4096));
  compile('native/build/crac-native', sourcesOf('native/launcher'), {
    options: ['-static'],
    headers: ['native/launcher/crac.h', 'native/mark.h'],
  });
  compile('native/build/addon.node', sourcesOf('native/addon'), addon);
  compile('native/build/no-io-uring.so', sourcesOf('native/preload'), preload);
}

const only = process.argv[2];
if (!only || only === 'bundles') {
  rmSync('dist/chunks', { recursive: true, force: true });
  await bundles();
}
if (!only || only === 'native') native();
if (!only || only === 'types') types();

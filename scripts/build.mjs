// Builds everything: the bundles in dist/, the type declarations, and the native part in native/build/.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildNative } from './native.mjs';

const FRAMEWORKS = ['express', 'fastify', 'hono', 'koa', 'nest'];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

async function bundles() {
  const { build, transform } = await import('esbuild'); // an installed package can build its native part without it
  const shared = { bundle: true, platform: 'node', target: 'node20', logLevel: 'warning', write: false };
  const entries = ['index', 'testing', ...FRAMEWORKS.map((name) => `frameworks/${name}`)];
  const library = entries.flatMap((entry) => {
    const options = { ...shared, entryPoints: [`src/program/${entry}.ts`], external: ['@nestjs/*'] };
    const output = `dist/${basename(entry)}`;
    return [
      build({ ...options, format: 'esm', outfile: `${output}.js` }),
      build({ ...options, format: 'cjs', outfile: `${output}.cjs` }),
    ];
  });
  const results = await Promise.all([
    ...library,
    build({
      ...shared,
      entryPoints: ['src/program/register.ts'],
      format: 'cjs',
      outfile: 'dist/register.cjs',
    }).then(({ outputFiles: [{ path, text }] }) => withOwnFunctions(transform, path, text)),
    build({
      ...shared,
      entryPoints: modulesOf('src/program/adapters/libraries'), // each is loaded only by a program that loads its library
      format: 'cjs',
      outdir: 'dist/adapters',
      outExtension: { '.js': '.cjs' },
    }),
    build({
      ...shared,
      entryPoints: {
        platform: 'src/program/platform.ts',
        lambda: 'src/program/lambda.ts',
        'platform-engine': 'src/program/engines/platform/main.ts',
      },
      format: 'cjs',
      outdir: 'dist',
      outExtension: { '.js': '.cjs' },
      minifyWhitespace: true,
    }),
    build({
      ...shared,
      entryPoints: ['src/program/trace/register.ts'],
      format: 'cjs',
      outfile: 'dist/trace-register.cjs',
    }),
    build({
      ...shared,
      entryPoints: { cli: 'src/command/cli/main.ts' },
      format: 'esm',
      splitting: true,
      outdir: 'dist',
      chunkNames: 'chunks/[name]-[hash]',
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    }),
  ]);
  const files = [...results.flatMap(({ outputFiles }) => outputFiles), ...importedPreloads()];
  for (const { path, contents } of files) replaceFile(path, contents);
  removeOldChunks(new Set(files.map(({ path }) => path)));
}

/** What stands at the top of a bundle, one declaration a line: functions, arrow functions and classes. */
const DECLARED =
  /^(?:async )?(?:function\*? ([\w$]+)\(|(?:var|class) ([\w$]+)(?: = (?:class|(?:async )?(?:\(.*\)|[\w$]+) =>)| extends| \{))/gm;

/** src/program/checkpoint/compile-ahead.ts compiles them; and it is compiled at the start of every program: half a millisecond less without spaces. */
async function withOwnFunctions(transform, path, text) {
  const names = [...text.matchAll(DECLARED)].map(([, name, variable]) => name ?? variable);
  if (names.length < 100 || !/^var ownFunctions = /m.test(text))
    throw new Error('the functions of register.cjs are not found: has esbuild another style now?');
  const { code } = await transform(`${text}\nownFunctions.list = () => [${names}];\n`, {
    minifyWhitespace: true,
  });
  return { outputFiles: [{ path, contents: Buffer.from(code) }] };
}

/** Writes modules for `import 'node-crac/lambda'`: the same file, once in the process however it is asked for. */
const importedPreloads = () =>
  ['platform', 'lambda'].map((name) => ({
    path: join(root, `dist/${name}.js`),
    contents: Buffer.from(`import './${name}.cjs';\n`),
  }));

/**
 * Writes a file aside and renames it: a command that is starting reads the old file or the new one, never half of one.
 */
function replaceFile(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) {
    utimesSync(path, new Date(), new Date()); // what was built is as new as its sources
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}

const AN_HOUR = 3_600_000;

/** Removes old chunks after a while: commands that run now load chunks of the build before. */
function removeOldChunks(present) {
  const folder = join(root, 'dist/chunks');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const path = join(folder, name);
    if (!present.has(path) && statSync(path).mtimeMs < Date.now() - AN_HOUR) rmSync(path);
  }
}

/**
 * Writes the declarations twice: whether one describes an ES module or a CommonJS one is told by the package.json above
 * it.
 */
function types() {
  for (const folder of ['dist/types', 'dist/types-cjs']) rmSync(folder, { recursive: true, force: true });
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.types.json'], {
    stdio: 'inherit',
  });
  // A declaration that describes somebody else's interface is not compiled, and the compiler does not copy it.
  cpSync(
    'src/program/frameworks/fastify-instance.d.ts',
    'dist/types/program/frameworks/fastify-instance.d.ts',
  );
  cpSync('dist/types', 'dist/types-cjs', { recursive: true });
  writeFileSync('dist/types-cjs/package.json', '{ "type": "commonjs" }\n');
  for (const name of ['register', 'platform', 'lambda'])
    writeFileSync(`dist/types-cjs/${name}.d.ts`, 'export {};\n');
  for (const name of ['platform', 'lambda']) writeFileSync(`dist/types/${name}.d.ts`, 'export {};\n');
}

const modulesOf = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

const only = process.argv[2];
if (!only || only === 'bundles') await bundles();
if ((!only || only === 'native') && process.platform === 'linux') buildNative('native/build');
if (!only || only === 'types') types();

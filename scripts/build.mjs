// Builds everything: the bundles in dist/, the type declarations, and the native part in native/build/.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FRAMEWORKS = ['express', 'fastify', 'hono', 'koa', 'nest'];

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);

async function bundles() {
  const { build } = await import('esbuild'); // an installed package can build its native part without it
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
      minifyWhitespace: true, // it is compiled at the start of every program: half a millisecond less
    }),
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

/** `import 'node-crac/lambda'`: the same file, once in the process however it is asked for. */
const importedPreloads = () =>
  ['platform', 'lambda'].map((name) => ({
    path: join(root, `dist/${name}.js`),
    contents: Buffer.from(`import './${name}.cjs';\n`),
  }));

/** Written aside and renamed: a command that is starting reads the old file or the new one, never half of one. */
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

/** Commands that run now load chunks of the build before. */
function removeOldChunks(present) {
  const folder = join(root, 'dist/chunks');
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const path = join(folder, name);
    if (!present.has(path) && statSync(path).mtimeMs < Date.now() - AN_HOUR) rmSync(path);
  }
}

/** Twice: whether a declaration describes an ES module or a CommonJS one is told by the package.json above it. */
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

const foldersOf = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));

const sourcesOf = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(folder, name));

/** All of them: a file of one folder includes those of others, by their path from native/. */
const nativeHeaders = () =>
  readdirSync('native', { recursive: true })
    .filter((name) => name.endsWith('.h'))
    .map((name) => join('native', name));

/** The folders whose sources are the one static binary, crac-native; each engine has one of its own. */
const launcherFolders = () => [
  ...['base', 'network', 'supervisor', 'restore', 'engines', 'commands'],
  ...foldersOf('native/engines').map((name) => join('engines', name)),
];

/** Compiles aside and renames: a running program keeps the file that it has mapped. */
function compile(output, inputs, flags) {
  const newest = Math.max(...[...inputs, ...flags.headers].map((file) => statSync(file).mtimeMs));
  if (existsSync(output) && statSync(output).mtimeMs > newest) return;
  const aside = `${output}.new`;
  const compiler = process.env.CC ?? 'cc';
  const { error, status } = spawnSync(
    compiler,
    [
      '-O2',
      '-std=gnu11',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-I',
      'native',
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
  if (error?.code === 'ENOENT')
    fail(`there is no ${compiler}; install a C compiler (Debian: gcc libc6-dev), or name one with CC`);
  if (status !== 0) fail(`${compiler} cannot build ${output}: ${error?.message ?? 'see above'}`);
  renameSync(aside, output);
}

function fail(text) {
  process.stderr.write(`build: ${text}\n`);
  process.exit(1);
}

/** In an installed package there are only the headers that came with node, if any. */
function nodeHeaders() {
  const theirs = join(dirname(realpathSync(process.execPath)), '../include/node');
  const folder = ['node_modules/node-api-headers/include', theirs].find((path) =>
    existsSync(join(path, 'node_api.h')),
  );
  if (!folder)
    fail(`this node has no headers: no ${theirs}/node_api.h (Debian's own node: install libnode-dev)`);
  return folder;
}

function native() {
  if (process.platform !== 'linux') return;
  mkdirSync('native/build', { recursive: true });
  const headers = nativeHeaders();
  const addon = {
    options: ['-shared', '-fPIC', '-fvisibility=hidden', '-I', nodeHeaders()],
    libraries: ['-ldl'],
    headers,
  };
  const preload = {
    options: ['-shared', '-fPIC', '-fvisibility=hidden'],
    libraries: ['-ldl'],
    headers,
  };
  // Only a place to mount over; all zeros outside of a program's tree.
  if (!existsSync('native/build/mark')) writeFileSync('native/build/mark', Buffer.alloc(4096));
  const direct = 'native/engines/direct';
  const assembly = [`${direct}/context.S`];
  // Before crac-native, which has it in itself.
  compile(
    'native/build/restorer.bin',
    [`${direct}/restorer/entry.S`, ...sourcesOf(`${direct}/restorer`), ...assembly],
    {
      options: [
        ...['-ffreestanding', '-fPIE', '-static', '-nostdlib', '-fno-stack-protector', '-fno-jump-tables'],
        ...['-fno-tree-loop-distribute-patterns', '-fno-asynchronous-unwind-tables'],
        `-Wl,-T,${direct}/restorer/flat.ld,--oformat=binary,--build-id=none`,
      ],
      headers: [...headers, `${direct}/restorer/flat.ld`],
    },
  );
  compile(
    'native/build/crac-native',
    [...launcherFolders().flatMap((folder) => sourcesOf(join('native', folder))), `${direct}/blob.S`],
    {
      options: ['-static'],
      headers: [...headers, 'native/build/restorer.bin'],
    },
  );
  compile('native/build/direct.so', [...sourcesOf(`${direct}/inside`), ...assembly], {
    ...preload,
    options: [...preload.options, '-fno-stack-protector'],
  });
  compile('native/build/addon.node', sourcesOf('native/addon'), addon);
  compile('native/build/trace.so', sourcesOf('native/trace'), addon);
  for (const [name, library] of [
    ['gnutls', 'libgnutls.so.30'],
    ['nftables', 'libnftables.so.1'],
  ])
    compile(`native/build/${library}`, [`native/engines/criu/stubs/${name}.c`], {
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
  compile('native/build/no-io-uring.so', sourcesOf('native/preload'), preload);
}

const only = process.argv[2];
if (!only || only === 'bundles') await bundles();
if (!only || only === 'native') native();
if (!only || only === 'types') types();

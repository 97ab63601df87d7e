import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ended, Place, ROOT } from '../support/crac.ts';

// The package as users get it: packed by npm, installed from the tarball into an empty project.
let place: Place;
let packed: string[];

beforeAll(async () => {
  place = new Place();
  const npm = (...args: string[]) => place.start('npm', args, { env: { npm_config_offline: 'true' } }).ended;
  const pack = await npm('pack', '--json', '--ignore-scripts', '--pack-destination', place.directory, ROOT);
  expect(pack).toMatchObject({ code: 0 });
  const [{ filename, files }] = JSON.parse(pack.stdout) as [{ filename: string; files: { path: string }[] }];
  packed = files.map(({ path }) => path);
  writeFileSync(place.path('package.json'), '{ "private": true }');
  const install = await npm('install', '--no-audit', '--no-fund', `./${filename}`);
  expect(install).toMatchObject({ code: 0 });
});
afterAll(() => place.close());

test('the tarball has what is needed to run, to build the native part, and nothing else', () => {
  const kinds = packed.map((path) =>
    path
      .replace(/^dist\/adapters\/[\w.-]+\.cjs$/, 'dist/adapters/*.cjs')
      .replace(/^dist\/chunks\/[\w-]+\.js$/, 'dist/chunks/*.js')
      .replace(/^dist\/(types(?:-cjs)?)\/.*\.d\.ts$/, 'dist/$1/**.d.ts')
      .replace(/^native\/(?!build\/)[\w/-]+\.(?:[chS]|map)$/, 'native/**')
      .replace(/^docs\/.*\.md$/, 'docs/**.md')
      .replace(/^docs\/[\w-]+\.svg$/, 'docs/*.svg'),
  );
  expect([...new Set(kinds)].sort()).toMatchInlineSnapshot(`
    [
      "LICENSE",
      "README.md",
      "SECURITY.md",
      "bin/crac",
      "dist/adapters/*.cjs",
      "dist/chunks/*.js",
      "dist/cli.js",
      "dist/express.cjs",
      "dist/express.js",
      "dist/fastify.cjs",
      "dist/fastify.js",
      "dist/hono.cjs",
      "dist/hono.js",
      "dist/index.cjs",
      "dist/index.js",
      "dist/koa.cjs",
      "dist/koa.js",
      "dist/lambda.cjs",
      "dist/lambda.js",
      "dist/nest.cjs",
      "dist/nest.js",
      "dist/platform-engine.cjs",
      "dist/platform.cjs",
      "dist/platform.js",
      "dist/register.cjs",
      "dist/testing.cjs",
      "dist/testing.js",
      "dist/trace-register.cjs",
      "dist/types-cjs/**.d.ts",
      "dist/types-cjs/package.json",
      "dist/types/**.d.ts",
      "docs/**.md",
      "docs/*.svg",
      "native/**",
      "native/build/addon.node",
      "native/build/crac-native",
      "native/build/direct.so",
      "native/build/libgnutls.so.30",
      "native/build/libnftables.so.1",
      "native/build/mark",
      "native/build/no-io-uring.so",
      "native/build/trace.so",
      "native/engines/direct/restorer/flat.ld",
      "package.json",
      "scripts/build.mjs",
      "scripts/musl-compiler.mjs",
      "scripts/native.mjs",
    ]
  `);
  expect(packed.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
});

test('no other package comes along', () => {
  expect(readdirSync(place.path('node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'node-crac',
  ]);
});

/** What a program without `crac run` sees; the same in both module systems. */
const BODY = `
  const registration = getGlobalContext().register({ beforeCheckpoint() { throw new Error('never'); } });
  console.log(isImplemented(), restoreTime(), uptimeSinceRestore());
  checkpointRestore().catch((error) => {
    console.log(error instanceof NotImplementedError, error.code);
    console.log(error.message);
    registration.unregister();
    const seen = [];
    getGlobalContext().register({ beforeCheckpoint: () => seen.push('before'), afterRestore: () => seen.push('after') });
    return simulateCheckpoint({ whileStopped: () => void seen.push('stopped') }).then(() => {
      console.log(seen.join(), restoreTime() > 0, uptimeSinceRestore() >= 0);
    });
  });`;
const NAMES =
  'checkpointRestore, getGlobalContext, isImplemented, NotImplementedError, restoreTime, uptimeSinceRestore';
const OUTPUT: Ended = {
  code: 0,
  signal: null,
  stdout: [
    'false -1 -1',
    'true ERR_CRAC_NOT_IMPLEMENTED',
    'This program cannot be checkpointed, because it was started without an engine. Start the program with `crac run --image DIR app.js`, or ask isImplemented() before checkpointRestore().',
    'before,stopped,after true true',
    '',
  ].join('\n'),
  stderr: '',
};

describe.each(['node20', 'node22', 'node24', 'node26'])('without `crac run`, in %s', (name) => {
  let node: string;

  beforeAll(() => {
    if (name === 'node20') node = process.execPath;
    else {
      const text = execFileSync(process.execPath, [`${ROOT}/scripts/apps.mjs`, '--json', name], {
        encoding: 'utf8',
      });
      node = (JSON.parse(text) as Record<string, string>)[name] as string;
    }
  });

  test('import', async () => {
    const text = `import { ${NAMES} } from 'node-crac'; import { simulateCheckpoint } from 'node-crac/testing'; import 'node-crac/register';`;
    writeFileSync(place.path('main.mjs'), text + BODY);
    expect(await place.start(node, ['main.mjs']).ended).toEqual(OUTPUT);
  });

  test('require', async () => {
    const text = `const { ${NAMES} } = require('node-crac'); const { simulateCheckpoint } = require('node-crac/testing'); require('node-crac/register');`;
    writeFileSync(place.path('main.cjs'), text + BODY);
    expect(await place.start(node, ['main.cjs']).ended).toEqual(OUTPUT);
  });

  test('the installed crac simulates', async () => {
    writeFileSync(
      place.path('library.mjs'),
      "import { checkpointRestore, isImplemented } from 'node-crac'; console.log(isImplemented()); await checkpointRestore(); console.log('restored');",
    );
    const crac = place.path('node_modules/.bin/crac');
    const run = place.start(crac, ['run', '--engine', 'simulate', 'library.mjs'], {
      env: { CRAC_NODE: node },
    });
    expect(await run.ended).toMatchObject({ code: 0, stdout: 'true\nrestored\n' });
  });
});

describe('types', () => {
  const consumer = `
    const registration: Registration = getGlobalContext().register({
      async beforeCheckpoint(context: Context) { context.name.toUpperCase(); },
      afterRestore() {},
    }, { name: 'pool', timeout: 500 });
    registration.unregister();
    const resource: Resource = { afterRestore() {} };
    new Context('mine').register(resource);
    export const done: Promise<void> = checkpointRestore({ leaveRunning: true }).catch((error: unknown) => {
      if (error instanceof CheckpointError) error.errors.map((each) => each.message);
    });
    export const middleware: ConnectHandler[] = [duringCheckpoint({ retryAfter: 5 }), checkpointRoute({ image: 'here' })];
    export const simulated: Promise<void> = simulateCheckpoint({ whileStopped() {} });
    // @ts-expect-error a resource has at least one hook, and hooks are functions
    getGlobalContext().register({ beforeCheckpoint: 1 });
    export const time: number = restoreTime();`;
  const imports = `
    import { CheckpointError, Context, checkpointRestore, getGlobalContext, restoreTime } from 'node-crac';
    import type { Registration, Resource } from 'node-crac';
    import { simulateCheckpoint } from 'node-crac/testing';
    import { checkpointRoute, type ConnectHandler, duringCheckpoint } from 'node-crac/express';
    import 'node-crac/register';`;

  test.each([
    ['nodenext', 'esm.mts'],
    ['nodenext', 'cjs.cts'],
    ['node16', 'esm.mts'],
    ['node16', 'cjs.cts'],
  ])('module %s, %s', async (module, file) => {
    const directory = `types-${module}`;
    mkdirSync(place.path(directory), { recursive: true });
    writeFileSync(place.path(directory, file), imports + consumer);
    const tsc = [`${ROOT}/node_modules/typescript/bin/tsc`, '--strict', '--noEmit', '--module', module];
    // Our own declarations are checked too, for a consumer that has no types of Node.
    const options = ['--target', 'es2022', '--lib', 'es2022', '--types', '', '--skipLibCheck', 'false'];
    const { code, stdout } = await place.start(process.execPath, [...tsc, ...options, `${directory}/${file}`])
      .ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  });
});

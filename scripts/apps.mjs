// Installs and builds programs of test/fixtures/apps in .apps/, and says where their entry files are:
//   node scripts/apps.mjs [--json] NAME…
// What is there already and has the same sources is left alone. Progress goes to stderr.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sources = join(root, 'test/fixtures/apps');
const apps = join(root, '.apps');

// npm's package `node` fetches its binary in an install script; the package with the binary itself needs none.
const nodeBinary = `node_modules/node-${process.platform}-${process.arch}/bin/node`;

const ENTRIES = {
  'aws-sdk': 'server.js',
  cri: 'call.js',
  databases: 'server.js',
  express: 'server.js',
  fastify: 'server.js',
  frameworks: 'src/stock.ts',
  'json-server': 'node_modules/json-server/lib/cli/bin.js',
  lambda: 'node_modules/aws-lambda-ric/rapid-client.node',
  'kubernetes-schema': 'node_modules/kubernetes-models/apps/v1/Deployment.js',
  leveldb: 'server.js',
  launchers: 'node_modules/tsx/dist/cli.mjs',
  libraries: 'service.js',
  messaging: 'server.js',
  'native-generators': 'server.js',
  nest: 'dist/main.js',
  'old-libraries': 'server.js',
  next: '.next/standalone/server.js',
  'node-red': 'node_modules/node-red/red.js',
  node22: nodeBinary,
  node24: nodeBinary,
  node26: nodeBinary,
  'parse-server': 'node_modules/parse-server/bin/parse-server',
  pressure: 'server.js',
  prisma: 'server.js',
  prisma6: 'server.js',
  'release-tools': 'node_modules/@arethetypeswrong/cli/dist/index.js',
  s3: 'node_modules/s3rver/bin/s3rver.js',
  'shared-redis': 'server.js',
  sqlite: 'server.js',
  uniqueness: 'main.js',
  verdaccio: 'node_modules/verdaccio/bin/verdaccio',
};

/**
 * Recognises what was made by installing or building; it may lie between the sources if somebody has tried an app
 * there.
 */
const isMade = (path) =>
  ['node_modules', 'dist', '.next', 'features', 'next-env.d.ts'].includes(basename(path));

const say = (text) => process.stderr.write(`${text}\n`);

/** Computes a text that changes when the installed app would be another one. */
function fingerprint(name) {
  const [major] = process.versions.node.split('.');
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} node ${major}\n`);
  const add = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(folder, entry.name);
      if (isMade(path)) continue;
      if (entry.isDirectory()) add(path);
      else
        hash
          .update(`${relative(sources, path)}\n`)
          .update(readFileSync(path))
          .update('\n');
    }
  };
  add(join(sources, name));
  return hash.digest('hex');
}

function npm(name, ...args) {
  // NODE_ENV decides what `npm ci` leaves out and what `next build` builds: it must not come from our caller.
  const { NODE_ENV, NODE_OPTIONS, ...inherited } = process.env;
  const env = {
    ...inherited,
    PATH: [dirname(process.execPath), inherited.PATH].join(delimiter),
    NEXT_TELEMETRY_DISABLED: '1',
  };
  const step = `${name}: npm ${args[0] === 'run' ? 'run build' : args[0]}`;
  say(`${step} …`);
  const start = performance.now();
  const done = spawnSync('npm', args, { cwd: join(apps, name), env, encoding: 'utf8', timeout: 600_000 });
  if (done.status !== 0) {
    const why = done.error?.message ?? (done.signal ? `ended by ${done.signal}` : `exit code ${done.status}`);
    const output = `${done.stdout ?? ''}${done.stderr ?? ''}`.trim().split('\n').slice(-40).join('\n');
    throw new Error(`${step} failed: ${why}\n${output}`);
  }
  say(`${step} took ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

function install(name, wanted) {
  const folder = join(apps, name);
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(sources, name), folder, { recursive: true, filter: (path) => !isMade(path) });
  npm(name, 'ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund');
  const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (scripts?.build) npm(name, 'run', 'build');
  // An optional package for another platform, or one that could not be fetched, does not make `npm ci` fail.
  if (!existsSync(join(folder, ENTRIES[name])))
    throw new Error(`${name}: there is no ${ENTRIES[name]} after the installation`);
  writeFileSync(join(folder, '.stamp'), wanted);
}

function isInstalled(name, wanted) {
  try {
    return readFileSync(join(apps, name, '.stamp'), 'utf8') === wanted;
  } catch {
    return false;
  }
}

const lock = join(apps, '.lock');

function lockHolder() {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    if (pid > 0) process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

/** Runs an action alone: one installation at a time on this machine, also if two test runs ask for the same app. */
async function locked(action) {
  mkdirSync(apps, { recursive: true });
  for (let told = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = lockHolder();
    if (holder === undefined) rmSync(lock, { force: true });
    else if (!told) say(`waiting for the installation by process ${holder} …`);
    told ||= holder !== undefined;
    await sleep(200);
  }
  try {
    return action();
  } finally {
    rmSync(lock, { force: true });
  }
}

const { values, positionals: names } = parseArgs({
  options: { json: { type: 'boolean' } },
  allowPositionals: true,
});
const unknown = names.filter((name) => !Object.hasOwn(ENTRIES, name));
if (names.length === 0 || unknown.length > 0) {
  for (const name of unknown) say(`no such app: ${name}`);
  say(`usage: node scripts/apps.mjs [--json] NAME…   with NAME one of ${Object.keys(ENTRIES).join(', ')}`);
  process.exit(2);
}

try {
  for (const name of names) {
    const wanted = fingerprint(name);
    if (isInstalled(name, wanted)) continue;
    await locked(() => {
      if (!isInstalled(name, wanted)) install(name, wanted);
    });
  }
} catch (error) {
  say(`apps: ${error.message}`);
  process.exit(1);
}

const entries = Object.fromEntries(names.map((name) => [name, join(apps, name, ENTRIES[name])]));
if (values.json) console.log(JSON.stringify(entries));
else for (const [name, entry] of Object.entries(entries)) console.log(`${name} ${entry}`);

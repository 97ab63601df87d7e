// What the package weighs where a platform freezes: the time to load it, with and without SnapStart, its files, and what
// the look for copies costs a busy server. Run alone: `node bench/platform.mjs`.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(fileURLToPath(new URL('.', import.meta.url)), '..');
const ROUNDS = 21;

/** Counts the bytes of what an application's image gets: no maps, no sources. */
function weight() {
  const of = (folder, wanted) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => wanted.test(name))
      .reduce((sum, name) => sum + statSync(join(root, folder, name)).size, 0);
  return {
    all: of('dist', /\.(c?js|d\.ts)$/) + of('native/build', /\./) + of('docs', /\./),
    needed: ['lambda.cjs', 'platform-engine.cjs', 'index.cjs', 'index.js'].reduce(
      (sum, name) => sum + statSync(join(root, 'dist', name)).size,
      of('dist/adapters', /\.cjs$/) + statSync(join(root, 'native/build/addon.node')).size,
    ),
  };
}

/** Measures the milliseconds of a start of node that does nothing else: the median. */
function start(words, environment = {}) {
  const times = [];
  for (let i = 0; i < ROUNDS; i++) {
    const from = performance.now();
    spawnSync(process.execPath, [...words, '-e', '0'], { env: { ...process.env, ...environment } });
    times.push(performance.now() - from);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1];
}

/** Measures the part of a second that looks take, as a program with nothing else to do is told. */
function watch() {
  const script = `
    const loops = 200000;
    const { Clocks } = require(process.argv[1]);
    const clocks = new Clocks();
    for (let i = 0; i < 10000; i++) clocks.look();
    const from = process.hrtime.bigint();
    for (let i = 0; i < loops; i++) clocks.look();
    console.log(Number(process.hrtime.bigint() - from) / loops / 1000);`;
  const { stdout } = spawnSync(process.execPath, ['-e', script, join(root, 'dist/platform-engine.cjs')], {
    encoding: 'utf8',
  });
  return Number(stdout);
}

const before = start([]);
const preload = ['--require', join(root, 'dist/lambda.cjs')];
const { all, needed } = weight();
const look = watch();
process.stdout.write(`node alone                              ${before.toFixed(1)} ms
with node-crac/lambda, no SnapStart     ${start(preload).toFixed(1)} ms
with node-crac/lambda, SnapStart        ${start(preload, {
  AWS_LAMBDA_INITIALIZATION_TYPE: 'snap-start',
  AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9',
}).toFixed(1)} ms
the whole package                       ${(all / 2 ** 20).toFixed(1)} MiB unzipped
what SnapStart loads of it at most      ${(needed / 2 ** 10).toFixed(0)} KiB
one look for copies                     ${look.toFixed(2)} µs; 50 a second are ${((look * 50) / 1e4).toFixed(4)} % of a processor
`);

// The main job, shown on a real application: NestJS with some thirty modules and its data warmed by requests is
// checkpointed once and restored twice, side by side.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const crac = join(root, 'bin/crac');
const place = mkdtempSync(join(tmpdir(), 'crac-demo-'));
const image = join(place, 'image');
const ROUNDS = 3;
const running = new Set();

const say = (text) => process.stderr.write(`${text}\n`);
const step = (text) => say(`\n▸ ${text}`);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const milliseconds = (value) => `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function start(command, args, environment = {}) {
  const child = spawn(command, args, {
    cwd: place,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
  child.problems = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    child.problems += text;
  });
  child.ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal })));
  child.ended.then(() => running.delete(child));
  running.add(child);
  return child;
}

async function get(child, port, path) {
  for (;;) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      return await response.json();
    } catch (error) {
      if (child.exitCode !== null)
        throw new Error(`the program ended: ${child.problems.trim() || `exit code ${child.exitCode}`}`);
      if (!['ECONNREFUSED', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(error.cause?.code)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 0.5));
    }
  }
}

async function timed(command, args, environment, port) {
  const began = performance.now();
  const child = start(command, args, environment);
  await get(child, port, '/count');
  return { child, took: performance.now() - began };
}

async function end(child) {
  child.kill('SIGTERM');
  await child.ended;
}

async function main() {
  step('application: NestJS with some thirty modules (installed and built on the first run)');
  const apps = execFileSync(process.execPath, [join(root, 'scripts/apps.mjs'), '--json', 'nest'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const app = JSON.parse(apps).nest;
  const port = await freePort();
  const other = await freePort();
  const environment = { PORT: String(port), NODE_ENV: 'production' };

  step(`cold start, ${ROUNDS} times`);
  const cold = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { child, took } = await timed(process.execPath, [app], environment, port);
    cold.push(took);
    say(`  ${milliseconds(took)} to the first response`);
    await end(child);
  }

  step('crac run, then requests that warm its data and its JIT');
  const run = start(crac, ['run', '--image', image, app], environment);
  await get(run, port, '/warm');
  for (let i = 0; i < 200; i++) await get(run, port, i % 2 ? '/catalog/search?q=red+lamp&limit=2' : '/count');
  const before = await get(run, port, '/count');
  say(`  the counter in its memory stands at ${before.count}`);

  step('crac checkpoint');
  say(`  ${execFileSync(crac, ['checkpoint', image], { encoding: 'utf8', cwd: place }).trim()}`);
  await run.ended;
  const { size } = JSON.parse(readFileSync(join(image, 'manifest.json'), 'utf8'));

  step(`crac restore, ${ROUNDS} times`);
  const warm = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { child, took } = await timed(crac, ['restore', image], environment, port);
    warm.push(took);
    say(`  ${milliseconds(took)} to the first response`);
    await end(child);
  }

  step('two copies side by side, the second on another port');
  const first = start(crac, ['restore', image]);
  const second = start(crac, ['restore', image, '--listen', `${port}=${other}`]);
  await get(first, port, '/count');
  const answers = [await get(first, port, '/count'), await get(second, other, '/count')];
  say(
    `  the counter goes on in both, apart: ${answers[0].count} on port ${port}, ${answers[1].count} on port ${other}`,
  );
  if (answers[0].count !== before.count + 2 || answers[1].count !== before.count + 1)
    throw new Error('the copies have lost their state');
  await Promise.all([end(first), end(second)]);

  const ratio = median(cold) / median(warm);
  const rows = [
    ['cold start to first response', milliseconds(median(cold))],
    ['restore to first response', milliseconds(median(warm))],
    ['ratio', `${ratio.toFixed(1)} times faster`],
    ['image size', `${(size / 2 ** 20).toFixed(1)} MiB`],
  ];
  process.stdout.write(`\n${rows.map(([name, value]) => `${name.padEnd(31)}${value}`).join('\n')}\n`);
}

const cleanUp = () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(place, { recursive: true, force: true });
};
process.on('SIGINT', () => {
  cleanUp();
  process.exit(130);
});
main().then(cleanUp, (error) => {
  cleanUp();
  say(`\ndemo: ${error.stderr || error.message}`);
  process.exitCode = 1;
});

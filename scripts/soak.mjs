// Restores one program over and over, and compares all its data each time with one that was never checkpointed:
// npm run soak [-- --restores N] [--hours H] [--engine NAME] [--node PATH]
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const crac = join(root, 'bin/crac');
const program = join(root, 'test/fixtures/programs/heap-steps.js');

const { values } = parseArgs({
  options: {
    restores: { type: 'string', default: '100000' },
    hours: { type: 'string', default: '24' }, // whichever is over first
    engine: { type: 'string', default: 'direct' },
    node: { type: 'string', default: process.execPath },
    every: { type: 'string', default: '100' }, // restores of one image, then the next generation
  },
});
const number = (name) => {
  const value = Number(values[name]);
  if (value > 0) return value;
  process.stderr.write(`soak: --${name} ${values[name]}: expected a number above 0\n`);
  process.exit(2);
};
const restores = number('restores');
const until = Date.now() + number('hours') * 3_600_000;
const every = number('every');

const place = mkdtempSync(join(tmpdir(), 'crac-soak-'));
const runtime = join(place, 'run');
const environment = { ...process.env, CRAC_RUNTIME_DIR: runtime, CRAC_ENGINE: values.engine };
const running = new Set();
let stopped = false;
process.on('SIGINT', () => {
  stopped = true;
});

/** A child with what it has said; `ended` resolves to how. */
function start(command, words, env = {}) {
  const child = spawn(command, words, {
    cwd: place,
    env: { ...environment, ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const self = { child, said: '', over: false };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (self.said += text));
  self.ended = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      self.over = true;
      running.delete(self);
      resolve(signal ?? code);
    });
  });
  running.add(self);
  return self;
}

/** What the program answers, once it listens. */
async function ask(self, port, path = '/') {
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      return await answer.text();
    } catch (cause) {
      if (self.over) throw new Error(`it ended instead of answering:\n${self.said}`, { cause });
      await pause(1);
    }
  }
}

async function end(self, signal, expected) {
  self.child.kill(signal);
  const how = await self.ended;
  if (how !== expected) throw new Error(`ended with ${how}, and not with ${expected}:\n${self.said}`);
}

async function checkpoint(self, image) {
  const command = start(crac, ['checkpoint', String(self.child.pid), '--image', image]);
  const how = await command.ended;
  if (how !== 0) throw new Error(`no image was made:\n${command.said}`);
  await self.ended;
}

async function freePort() {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const expect = (what, got, expected) => {
  if (got !== expected) throw new Error(`${what}: ${got}, and not ${expected}`);
};

const figures = { restores: 0, generations: 0, times: [], failures: [] };

/** Answers of the one that was never checkpointed, by its number of steps. */
const expected = [];

async function soak() {
  const [port, other] = [await freePort(), await freePort()];
  const reference = start(values.node, [program], { PORT: String(other) });
  expected.push(await ask(reference, other));
  const at = async (step) => {
    while (expected.length <= step) expected.push(await ask(reference, other, '/step'));
    return expected[step];
  };
  let live = start(crac, ['run', '--node', values.node, '--image', join(place, 'image-0'), program], {
    PORT: String(port),
  });
  await ask(live, port);
  let told = 0;
  for (let generation = 0, step = 0; ; generation++) {
    const image = join(place, `image-${generation}`);
    await checkpoint(live, image);
    figures.generations++;
    rmSync(join(place, `image-${generation - 1}`), { recursive: true, force: true });
    for (let i = 1; ; i++) {
      const from = performance.now();
      live = start(crac, ['restore', image]);
      expect('all data of a copy', await ask(live, port), await at(step));
      figures.times.push(performance.now() - from);
      figures.restores++;
      expect('its next step', await ask(live, port, '/step'), await at(step + 1));
      if (Date.now() - told > 5000) {
        told = Date.now();
        process.stderr.write(`${figures.restores} restores, generation ${generation}\n`);
      }
      if (stopped || figures.restores >= restores || Date.now() > until) return;
      if (i === every) break;
      // Half of them cannot tidy up after themselves.
      await (i % 2 ? end(live, 'SIGTERM', 0) : end(live, 'SIGKILL', 'SIGKILL'));
    }
    step++; // the next image is of what this copy has become
  }
}

/** Records of programs that do not run any more, after a command that removes them. */
function leftRecords() {
  execFileSync(crac, ['ps'], { env: environment });
  return readdirSync(runtime).filter((name) => /^\d/.test(name)).length;
}

const began = Date.now();
try {
  await soak();
} catch (error) {
  figures.failures.push(String(error.message));
}
for (const self of running) self.child.kill('SIGKILL');
await Promise.all([...running].map((self) => self.ended));
const left = leftRecords();
if (left > 0) figures.failures.push(`${left} records are left of programs that have ended`);
rmSync(place, { recursive: true, force: true, maxRetries: 5 });
const sorted = figures.times.sort((a, b) => a - b);
const quantile = (part) => Number((sorted[Math.floor((sorted.length - 1) * part)] ?? 0).toFixed(1));
process.stdout.write(
  `${JSON.stringify({
    restores: figures.restores,
    generations: figures.generations,
    seconds: Math.round((Date.now() - began) / 1000),
    firstAnswer: { median: quantile(0.5), most: quantile(1) },
    failures: figures.failures,
  })}\n`,
);
process.exitCode = figures.failures.length > 0 ? 1 : 0;

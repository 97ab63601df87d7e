// What recording where files are opened costs: CPU time of a server per request, and start-up, with and without it.
// Every figure is a ratio of two interleaved measurements in one run.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const crac = join(root, 'bin/crac');
const place = mkdtempSync(join(tmpdir(), 'crac-bench-'));
const ROUNDS = Number(process.argv[2] ?? 7);
const REQUESTS = 4000;

writeFileSync(
  join(place, 'server.js'),
  `const http = require('node:http');
http.createServer((request, response) => {
  if (request.url === '/cpu') { const { user, system } = process.cpuUsage(); return response.end(String(user + system)); }
  response.end('hello');
}).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`,
);

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function get(port, path, agent) {
  return new Promise((resolve, reject) => {
    http
      .get({ port, path, host: '127.0.0.1', agent }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(text));
      })
      .on('error', reject);
  });
}

async function load(port, agent) {
  let left = REQUESTS;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (left-- > 0) await get(port, '/', agent);
    }),
  );
}

/** Measures the microseconds of the server's CPU time for one request. */
async function cost(stacks, keepAlive) {
  const child = spawn(
    crac,
    ['run', '--image', join(place, 'image'), '--descriptor-stacks', stacks, join(place, 'server.js')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const port = await new Promise((resolve) => child.stdout.once('data', (text) => resolve(Number(text))));
  const agent = new http.Agent({ keepAlive, maxSockets: 16 });
  await load(port, agent);
  const before = Number(await get(port, '/cpu', agent));
  await load(port, agent);
  const after = Number(await get(port, '/cpu', agent));
  agent.destroy();
  child.kill('SIGTERM');
  await new Promise((resolve) => child.on('close', resolve));
  return (after - before) / REQUESTS;
}

writeFileSync(join(place, 'start.js'), 'console.log(performance.now());');

/** Measures the milliseconds from the start of the process to the first line of the program. */
function startUp(stacks) {
  const image = join(place, 'image');
  const words = ['run', '--image', image, '--descriptor-stacks', stacks, join(place, 'start.js')];
  return Number(spawnSync(crac, words, { encoding: 'utf8' }).stdout);
}

const rows = [];
for (const [name, keepAlive] of [
  ['keep-alive', true],
  ['a connection each', false],
]) {
  const off = [];
  const on = [];
  for (let round = 0; round < ROUNDS; round++) {
    off.push(await cost('off', keepAlive));
    on.push(await cost('on', keepAlive));
  }
  rows.push({
    name,
    off: median(off),
    on: median(on),
    ratio: median(on.map((value, index) => value / off[index])),
  });
  process.stderr.write(`${name}: done\n`);
}
const starts = { off: [], on: [] };
for (let round = 0; round < ROUNDS * 4; round++)
  for (const stacks of ['off', 'on']) starts[stacks].push(startUp(stacks));
rmSync(place, { recursive: true, force: true });
console.log('CPU time of the server per request, µs'.padEnd(42), 'off', '    on', '    ratio');
for (const { name, off, on, ratio } of rows)
  console.log(name.padEnd(42), off.toFixed(1), '  ', on.toFixed(1), '  ', ratio.toFixed(3));
console.log(
  'start-up, ms'.padEnd(42),
  median(starts.off).toFixed(1),
  '  ',
  median(starts.on).toFixed(1),
  '  ',
  `+${median(starts.on.map((value, index) => value - starts.off[index])).toFixed(2)} ms`,
);

// What crac's preload costs each Node child at its start: 20 children of `fork`, one after the other, from the call until
// the child's first message; under plain node and under `crac run`, in interleaved rounds.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const place = mkdtempSync(join(tmpdir(), 'crac-bench-'));
const ROUNDS = Number(process.argv[2] ?? 7);
const CHILDREN = 20;
const script = join(place, 'children.cjs');

writeFileSync(
  script,
  `const { fork } = require('node:child_process');
const { once } = require('node:events');
if (process.argv[2]) process.send('here', () => process.disconnect());
else (async () => {
  const times = [];
  for (let i = 0; i < ${CHILDREN}; i++) {
    const begin = performance.now();
    const child = fork(__filename, ['child']);
    await once(child, 'message');
    times.push(performance.now() - begin);
    await once(child, 'exit');
  }
  console.log(JSON.stringify(times));
})();`,
);

const crac = (engine) => [
  join(root, 'bin/crac'),
  'run',
  '--engine',
  engine,
  '--image',
  join(place, 'image'),
  script,
];
const ways = { node: [process.execPath, script], direct: crac('direct'), criu: crac('criu') };
const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));

for (let round = 0; round < ROUNDS; round++)
  for (const [way, words] of Object.entries(ways)) {
    const { stdout } = spawnSync('chrt', ['-f', '10', ...words], {
      env: { ...process.env, CRAC_RUNTIME_DIR: join(place, 'run') },
    });
    times[way].push(...JSON.parse(String(stdout) || '[]'));
  }

const quantile = (values, part) =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)]?.toFixed(1) ?? '-';
for (const [way, all] of Object.entries(times))
  console.log(
    `${way}: median ${quantile(all, 0.5)} ms, smallest ${quantile(all, 0)} ms, of ${all.length} children`,
  );
rmSync(place, { recursive: true, force: true });

// Runs a chosen part of Node's own tests, each alone and then with a checkpoint and a restore in its middle:
// npm run test:node -- --source DIR [--engine NAME] [--node PATH] [--only REGEXP] [--turn N] [--jobs N] [--out FILE]
// DIR is a checkout of Node's sources of that version (only `test/` is used). CONTRIBUTING.md says more.
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { CHOSEN, DIFFERENT } from './node-tests/chosen.mjs';
import { judge } from './node-tests/judge.mjs';
import { nameOf } from './node-tests/one-test.mjs';

const { values } = parseArgs({
  options: {
    source: { type: 'string' },
    engine: { type: 'string', default: 'direct' },
    node: { type: 'string', default: process.execPath },
    only: { type: 'string', default: '' },
    turn: { type: 'string', default: '1' }, // of the loop, at which the checkpoint is asked for
    tries: { type: 'string', default: '3' }, // where it is refused
    seconds: { type: 'string', default: '60' }, // for a test alone; twice as much with a middle
    jobs: { type: 'string', default: '2' },
    out: { type: 'string' },
  },
});
if (!values.source) {
  process.stderr.write(
    'node-tests: which sources? give --source DIR, a checkout of Node (CONTRIBUTING.md)\n',
  );
  process.exit(2);
}
/** An order in which each part of a run is a sample of the whole. */
const order = (name) => createHash('sha1').update(name).digest('hex');
const cwd = resolve(values.source);
const folder = join(cwd, 'test/parallel');
const only = new RegExp(values.only);
const paths = readdirSync(folder)
  .filter((name) => /^test-.*\.m?js$/.test(name) && CHOSEN.test(name) && only.test(name))
  .sort((a, b) => (order(a) < order(b) ? -1 : 1))
  .map((name) => join(folder, name));

const base = mkdtempSync(join(tmpdir(), 'crac-node-tests-'));
const results = {};
const counts = {};
const began = Date.now();

async function work(slot) {
  const { node, engine } = values;
  const where = { cwd, node, engine, slot, place: join(base, String(slot)) };
  for (let path = paths.shift(); path; path = paths.shift()) {
    const name = nameOf(path);
    const numbers = { tries: Number(values.tries), seconds: Number(values.seconds) };
    const result = await judge(path, { ...where, ...numbers }, Number(values.turn));
    if (['fail', 'under run', 'unsteady'].includes(result.class) && DIFFERENT[name])
      Object.assign(result, { class: 'different', why: DIFFERENT[name] });
    results[name] = result;
    counts[result.class] = (counts[result.class] ?? 0) + 1;
    process.stderr.write(`${result.class.padEnd(9)} ${name}${result.why ? `: ${result.why}` : ''}\n`);
    if (values.out) writeFileSync(values.out, JSON.stringify(results, null, 1));
  }
}

await Promise.all(Array.from({ length: Number(values.jobs) }, (_, i) => work(i + 1)));
rmSync(base, { recursive: true, force: true, maxRetries: 5 });
const total = Object.keys(results).length;
const seconds = Math.round((Date.now() - began) / 1000);
process.stdout.write(`${JSON.stringify({ engine: values.engine, tests: total, ...counts, seconds })}\n`);
process.exitCode = counts.fail ? 1 : 0;

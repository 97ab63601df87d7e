// All benchmarks in one run: `npm run bench`, as root, on an otherwise quiet machine. Each part also runs alone, as
// `node bench/copies.mjs --quick`. Figures as JSON: bench/results/results.json.
//   --quick    fewer programs and rounds (two minutes)      --docs   write docs/performance.md's figures and plots
//   --realtime   the parts `engines` and `left-running` under SCHED_FIFO, on a machine where others work too
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeContext, root } from './context.mjs';
import { writeDocs } from './docs.mjs';
import { heading } from './report.mjs';
import { targetTable } from './targets.mjs';

const PARTS = [
  'first-response',
  'engines',
  'left-running',
  'floor',
  'copies',
  'requests',
  'page-cache',
  'image-size',
  'overhead',
  'cpu-levels',
  'compile-cache',
];

const quick = process.argv.includes('--quick');
const context = makeContext(quick);
const began = performance.now();
try {
  const results = { machine: context.machine() };
  const texts = [];
  for (const name of PARTS) {
    const part = await import(`./${name}.mjs`);
    results[name] = await part.measure(context);
    texts.push(part.table(results[name]));
  }
  const text = [heading(results.machine), '', targetTable(results), ...texts].join('\n');
  mkdirSync(join(root, 'bench/results'), { recursive: true });
  writeFileSync(join(root, 'bench/results/results.json'), `${JSON.stringify(results, undefined, 2)}\n`);
  process.stdout.write(text);
  if (process.argv.includes('--docs')) writeDocs(root, text, results);
  context.note(`done in ${Math.round((performance.now() - began) / 60_000)} minutes`);
} finally {
  context.close();
}

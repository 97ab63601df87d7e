// Tables for people, from the figures.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barChart } from './svg.mjs';

const ms = (value) => value.toFixed(value < 100 ? 1 : 0);
const cell = (one) => (one ? `${ms(one.median)} [${ms(one.min)}..${ms(one.max)}]` : 'n/a');
const METHODS = [
  'cold',
  'cold, compile cache',
  'CRIU by hand',
  'crac, plain image',
  'crac, copy-on-write image',
];

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Other work on the machine makes every figure larger, and their ratios smaller: it must be said. */
const busy = ({ load, cpus }) =>
  load > cpus / 2
    ? ` Other work ran meanwhile (load average ${load.toFixed(1)}): quieter machines are faster.`
    : '';

export function report({ date, machine, node, criu, time, copies, floor }) {
  const rows = Object.entries(time).map(([name, { image, times }]) => [
    `${name} (${(image / 2 ** 20).toFixed(0)} MiB)`,
    ...METHODS.map((method) => cell(times[method])),
  ]);
  const memory = Object.entries(copies).flatMap(([form, list]) =>
    list.map((one) => [
      form,
      one.copies,
      one.pss.toFixed(1),
      one.private.toFixed(1),
      one.perSecond.toFixed(1),
    ]),
  );
  const rounds = Object.values(time)[0]?.times.cold.n;
  return `${[
    `Measured ${date}: Node ${node}, CRIU ${criu}, Linux ${machine.kernel}, ${machine.cpus} processors (${machine.cpu}). Milliseconds, median [min..max] of ${rounds} interleaved rounds.${busy(machine)}`,
    '',
    'Time to the first response (size of the image in brackets):',
    '',
    table(['program', ...METHODS], rows),
    '',
    'The floor:',
    '',
    table(
      ['a static C program that does nothing', 'ms'],
      Object.entries(floor).map(([name, one]) => [name, cell(one)]),
    ),
    '',
    'Copies of the nest image, two being restored at any time; memory of each copy in MiB:',
    '',
    table(['image', 'copies', 'PSS', 'private', 'restores per second'], memory),
  ].join('\n')}\n`;
}

const BEGIN = '<!-- figures: written by `npm run bench -- --docs` -->';
const END = '<!-- end of figures -->';

/** Replaces the figures in docs/performance.md and draws the plot beside it. */
export function writeDocs(root, results) {
  const path = join(root, 'docs/performance.md');
  const text = readFileSync(path, 'utf8');
  const [before] = text.split(BEGIN);
  const [, after] = text.split(END);
  const figures = `${BEGIN}\n${report(results)}\n![Time to the first response](restore-time.svg)\n${END}`;
  writeFileSync(path, before + figures + after);
  const rows = Object.entries(results.time).map(([name, { times }]) => ({
    name,
    values: METHODS.map((method) => times[method]?.median),
  }));
  const title = 'Time to the first response, median (logarithmic)';
  writeFileSync(join(root, 'docs/restore-time.svg'), barChart({ title, series: METHODS, rows }));
}

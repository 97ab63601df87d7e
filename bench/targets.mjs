// What was set out for, as ratios within one run, and what came out.
import { table as markdown } from './report.mjs';

const COW = 'crac, copy-on-write image';

function ratios({ 'first-response': first, copies, floor }) {
  const median = (name, method) => first?.[name]?.times[method].median;
  const times = (name, factor) => ({
    what: `${name}: restore to first response against a cold start`,
    target: `≥ ${factor} times faster`,
    value: median(name, 'cold') / median(name, COW),
    holds: (value) => value >= factor,
  });
  const least = floor?.['CRIU restores it'].median;
  const perSecond = (name) =>
    Math.max(...(copies?.[name]?.['copy-on-write'] ?? []).map((one) => one.perSecond));
  const last = (kind) => copies?.nest?.[kind]?.at(-1)?.pss;
  return [
    times('http-server', 4),
    times('express', 8),
    times('nest', 30),
    times('heap 300 MB', 60),
    {
      what: `http-server: restore to first response, ms (CRIU restores a trivial process in ${least?.toFixed(1)})`,
      target: `≤ 2 × floor + 5 = ${(2 * least + 5).toFixed(1)}`,
      value: median('http-server', COW),
      holds: (value) => value <= 2 * least + 5,
    },
    {
      what: 'restore of a 300 MB heap against one of 30 MB',
      target: '≤ 1.2 times as long',
      value: median('heap 300 MB', COW) / median('heap 30 MB', COW),
      holds: (value) => value <= 1.2,
    },
    ...['http-server', 'nest'].map((name) => ({
      what: `${name}: restores per second, each until it has answered`,
      target: '≥ 50',
      value: perSecond(name),
      holds: (value) => value >= 50,
    })),
    {
      what: 'nest: memory (PSS) of a copy against a cold-started one',
      target: '< 0.4',
      value: last('copy-on-write') / last('cold'),
      holds: (value) => value < 0.4,
    },
  ];
}

export function targetTable(results) {
  const rows = ratios(results)
    .filter(({ value }) => Number.isFinite(value))
    .map(({ what, target, value, holds }) => [
      what,
      target,
      value.toFixed(2),
      holds(value) ? 'holds' : 'does not',
    ]);
  return rows.length === 0
    ? ''
    : `Against what was set out for:\n\n${markdown(['', 'target', 'measured', ''], rows)}\n`;
}

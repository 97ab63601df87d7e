// Figures for people.
const plain = (value) => value.toFixed(value < 100 ? 1 : 0);

/** Writes `median [min..max]`. */
export const cell = (one) => (one ? `${plain(one.median)} [${plain(one.min)}..${plain(one.max)}]` : 'n/a');

export function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/** Warns of other work on the machine, which makes every figure larger, and their ratios smaller. */
const busy = ({ load, cpus }) =>
  load > cpus / 2
    ? ` Other work ran meanwhile (load average ${load.toFixed(1)} at the start): quieter machines are faster.`
    : '';

export const heading = (machine) =>
  `Measured ${machine.date}: Node ${machine.node}, CRIU ${machine.criu}, Linux ${machine.kernel}, ${machine.cpus} processors (${machine.cpu}). Figures are medians [min..max] of interleaved rounds.${busy(machine)}`;

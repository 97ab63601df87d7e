/** The draws of one copy, by `kind: source`, or `Worker, kind: source` and `child, kind: source`. */
export type Drawn = Record<string, string>;

/** Counts how many distinct values the copies drew of each source. */
export function distinct(copies: Drawn[]): Map<string, number> {
  const [first = {}] = copies;
  return new Map(Object.keys(first).map((name) => [name, new Set(copies.map((copy) => copy[name])).size]));
}

const WHERE = ['Worker', 'child'];

/** Writes a table for docs/uniqueness.md: one row for each source. */
export function table(counts: Map<string, number>): string {
  const own = [...counts].filter(([name]) => !WHERE.some((where) => name.startsWith(`${where}, `)));
  const rows = own.map(([name, count]) => {
    const [, kind, source] = /^([^:]+): (.+)$/.exec(name) as unknown as [string, string, string];
    const others = WHERE.map((where) => counts.get(`${where}, ${name}`) ?? '–');
    return `| ${kind} | ${source} | ${[count, ...others].join(' | ')} |`;
  });
  return ['| kind | source | main | Worker | child |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}

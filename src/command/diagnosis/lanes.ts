import type { LogLine } from './line.ts';

/** Returns the seconds since a run of the engine began. */
export const timeOf = ({ text }: LogLine): number | undefined => {
  const [, time] = text.match(/^\((\d+\.\d+)\)/) ?? [];
  return time === undefined ? undefined : Number(time);
};

/** The number of times that the clock must jump to where another run was before two are believed to be mixed. */
const MIXED = 3;
/** The seconds of silence after which a run is not what a line goes on with. */
const SILENT = 60;

interface Lane {
  lines: number[];
  last: number;
}

/**
 * Separates runs that wrote at the same time, by their clocks: each line goes on with the run whose last line is the
 * nearest.
 */
function byClock(lines: readonly LogLine[], indices: readonly number[]): number[][] {
  const lanes: Lane[] = [];
  let current: Lane = { lines: [], last: 0 };
  let jumps = 0;
  lanes.push(current);
  for (const index of indices) {
    const time = timeOf(lines[index] as LogLine);
    if (time !== undefined) {
      const nearest = lanes
        .filter(({ last }) => last <= time && time - last < SILENT)
        .sort((a, b) => b.last - a.last)[0];
      const isBack = time < current.last;
      if (isBack && nearest) jumps++;
      if (nearest) current = nearest;
      else if (isBack) {
        current = { lines: [], last: time };
        lanes.push(current);
      }
      current.last = time;
    }
    current.lines.push(index);
  }
  return jumps < MIXED ? [[...indices]] : lanes.map((lane) => lane.lines);
}

/**
 * Returns positions of lines by who printed them: a text may have the output of several programs, line by line in turn.
 */
export function lanesOf(lines: readonly LogLine[]): number[][] {
  const bySource = new Map<string, number[]>();
  lines.forEach(({ source = '' }, index) => {
    const own = bySource.get(source);
    if (own) own.push(index);
    else bySource.set(source, [index]);
  });
  return [...bySource.values()].flatMap((indices) => byClock(lines, indices));
}

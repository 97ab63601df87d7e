/** The number of lines of an error that are shown: its head, and the rest where it is long. */
const HEAD = 25;
const REST = 8;

/** Matches what Node prints before an error that nobody caught: the place, then the line with a mark below. */
const PLACE = /^(?:\S.*|node:.*|file:.*):\d+$/;
const MARK = /^\s*\^+$/;
const ENDS = /^Node\.js v\d+\./;

/** Matches what V8 and Node print when they end the process themselves. */
const FATAL =
  /^(?:FATAL ERROR: |# Fatal error in|<--- Last few GCs --->|node: \.\.\/|.*Assertion `.*' failed)/;

/** Matches the first line of an error as it is printed by console.error or by a logger. */
const ERROR =
  /^(?:\s*(?:Uncaught\s+)?(?:\[?[\w$.]*(?:Error|Exception|Warning)\b(?: \[\w+\])?:)|.*\bUnhandled(?:Promise)?Rejection\b)/;

/**
 * Finds the error of a program that died in what it has printed: what it printed after it, as it was ended, and a long
 * stack do not hide it. Undefined where none is known.
 */
export function errorOf(lines: string[]): string[] | undefined {
  const end = lastIndex(lines, (line) => ENDS.test(line));
  const at = end >= 0 ? beginOf(lines, end) : lastFatal(lines);
  if (at === undefined) return undefined;
  const error = lines.slice(at, end >= 0 ? end : undefined);
  while (error.at(-1)?.trim() === '') error.pop();
  return shortened(error);
}

/** Goes back from Node's last line to the place that it has named. */
function beginOf(lines: string[], end: number): number {
  for (let at = end - 1; at >= 0; at--)
    if (MARK.test(lines[at] as string))
      for (let head = at - 1; head >= Math.max(0, at - 6); head--)
        if (PLACE.test(lines[head] as string)) return head;
  const error = lastIndex(lines.slice(0, end), (line) => /^\S/.test(line) && ERROR.test(line));
  return error >= 0 ? error : Math.max(0, end - HEAD);
}

function lastFatal(lines: string[]): number | undefined {
  const fatal = lines.findIndex((line) => FATAL.test(line));
  if (fatal >= 0) return fatal;
  const error = lastIndex(lines, (line) => ERROR.test(line) && !/Warning:/.test(line));
  return error >= 0 ? error : undefined;
}

function lastIndex(lines: string[], test: (line: string) => boolean): number {
  for (let at = lines.length - 1; at >= 0; at--) if (test(lines[at] as string)) return at;
  return -1;
}

function shortened(lines: string[]): string[] {
  if (lines.length <= HEAD + REST + 1) return lines;
  return [...lines.slice(0, HEAD), `… ${lines.length - HEAD - REST} more lines`, ...lines.slice(-REST)];
}

import { withoutPrefix } from './prefix.ts';
import { ABOVE } from './unfold.ts';

/** Columns at which terminals, mails and editors break a line; one line of another width is no sign of that. */
const USUAL = new Set([72, 76, 78, 79, 80, 100, 120, 132]);
const [NARROWEST, WIDEST] = [60, 300];

/** Matches what begins a line, and never goes on with one. */
const BEGINS =
  /^\s*(?:\(\d+\.\d|(?:\d+: )?(?:Error|Warn) +\(|\d+: |pie: |at |Suppressed: |Caused by|\{|"|\$ |[A-Z][\w.]+Exception|crac: |[Ee]rror: |(?:ERRO|WARN|FATA|DEBU|INFO)\[|time=|(?:ctr|crun|runc): |\S+@\S+[^$#]*[$#] )/;

const goesOn = (line: string): boolean =>
  line.trim() !== '' && !BEGINS.test(line) && !ABOVE.test(line.trim()) && withoutPrefix(line).text === line;

/** Tells whether one of our own answers has broken it, between two words and with an indent (unfold.ts). */
const isFolded = (line: string, next: string): boolean => /^ {4}\S/.test(line) && /^ {6}\S/.test(next);

/** Joins lines that were broken at the width of a terminal: their parts are as long as the longest line. */
export function joinWrapped(lines: string[]): string[] {
  let [width, times] = [0, 0];
  for (const { length } of lines) {
    if (length > width) [width, times] = [length, 0];
    if (length === width) times++;
  }
  if (width < NARROWEST || width > WIDEST || (times < 2 && !USUAL.has(width))) return lines;
  const joined: string[] = [];
  let isOpen = false;
  for (const line of lines) {
    const last = joined.at(-1) ?? '';
    if (isOpen && goesOn(line) && !isFolded(last, line)) joined.push(joined.pop() + line);
    else joined.push(line);
    isOpen = line.length === width;
  }
  return joined;
}

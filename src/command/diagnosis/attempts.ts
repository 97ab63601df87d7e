import { lanesOf, timeOf } from './lanes.ts';
import type { LogLine } from './line.ts';
import { isFailure, isSuccess } from './noise.ts';

/** One run of the engine, as far as the text has it; or the lines around it. */
export interface Attempt {
  /** Positions of its lines in the text. */
  lines: number[];
  outcome: 'worked' | 'failed' | 'open';
}

const isEngine = ({ level }: LogLine): boolean => level !== 'plain';

/** Recognises the first lines of a log of CRIU: another run begins. */
const isHead = ({ message }: LogLine): boolean => /^Version: \d|^Running on \S+ Linux /.test(message);

/**
 * Cuts a text into the engine's runs. What the engine prints after its verdict is clean-up and belongs to nothing: never
 * a cause, never another run; unless another verdict follows, so that it was one whose beginning is not in the text.
 */
export function attemptsIn(lines: readonly LogLine[]): Attempt[] {
  return lanesOf(lines)
    .flatMap((lane) => attemptsOf(lines, lane))
    .sort((a, b) => (a.lines[0] as number) - (b.lines[0] as number));
}

function attemptsOf(lines: readonly LogLine[], lane: readonly number[]): Attempt[] {
  const attempts: Attempt[] = [];
  let current: Attempt = { lines: [], outcome: 'open' };
  let after: number[] | undefined; // lines of the engine since the last verdict
  let last = 0;
  const begin = (): void => {
    if (current.lines.length > 0) attempts.push(current);
    current = { lines: [], outcome: 'open' };
    after = undefined;
  };
  for (const index of lane) {
    const line = lines[index] as LogLine;
    if (!isEngine(line) && !isFailure(line) && !isSuccess(line)) {
      current.lines.push(index);
      continue;
    }
    const time = timeOf(line);
    const isBack = time !== undefined && time < last;
    if (isBack || (isHead(line) && (after !== undefined || isLaterHead(lines, index, current)))) begin();
    last = time ?? last;
    if (after !== undefined && isOfRestore(line) && isDumpFailure(lines, current)) begin();
    if (!isFailure(line) && !isSuccess(line)) {
      (after ?? current.lines).push(index);
      continue;
    }
    if (after !== undefined) {
      const lost = after;
      begin();
      for (const position of lost) current.lines.push(position);
    }
    current.lines.push(index);
    current.outcome = isFailure(line) ? 'failed' : 'worked';
    after = [];
  }
  begin();
  return attempts;
}

/**
 * Files of CRIU that only a restore goes through: where lines have no clock, these files tell that another run has
 * begun.
 */
const OF_RESTORE = new Set([
  'cr-restore.c',
  'restorer.c',
  'image.c',
  'protobuf.c',
  'pagemap.c',
  'rst-malloc.c',
]);

const isOfRestore = ({ text, file, level }: LogLine): boolean =>
  level === 'error' && file !== undefined && OF_RESTORE.has(file) && !text.startsWith('(');

const isDumpFailure = (lines: readonly LogLine[], { lines: own }: Attempt): boolean =>
  own.some((index) => /[Dd]umping FAILED/.test((lines[index] as LogLine).message));

/** Recognises a second `Version:` in one run, which is the head of the next log; `Running on` follows the first. */
const isLaterHead = (lines: readonly LogLine[], index: number, { lines: own }: Attempt): boolean =>
  /^Version:/.test((lines[index] as LogLine).message) &&
  own.some((other) => /^Version:/.test((lines[other] as LogLine).message));

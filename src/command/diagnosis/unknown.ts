import type { Tell } from './entry.ts';
import { type Errno, errnoIn } from './errno.ts';
import type { LogLine } from './line.ts';
import { isUnwinding } from './noise.ts';
import { hintFor } from './part-hints.ts';
import { partOf } from './source-files.ts';

/** The facts about an error line, whether an entry knows it or not. */
export interface ErrorLine {
  line: string;
  /** CRIU's source file. */
  file?: string;
  /** The part of CRIU, by what it does. */
  part?: string;
  /** The thing to look at next, by that part. */
  next?: Tell;
  errno?: Errno;
  /** Lines before it, oldest first: what went well, and which process or file was handled. */
  before: string[];
  /** True where the line only says that the engine gives up: the reason is missing from the text. */
  onlyAftermath: boolean;
  /** True where crac itself said it: the message ends in what to do. */
  byCrac?: true;
}

const BEFORE = 3;

export function describeError(line: LogLine, lines: readonly LogLine[]): ErrorLine {
  const part = line.file === undefined ? undefined : partOf(line.file);
  const next = line.file === undefined ? undefined : hintFor(line.file);
  const errno = errnoIn(line.message);
  const index = lines.indexOf(line);
  return {
    line: line.text,
    ...(line.file !== undefined && { file: line.file }),
    ...(part !== undefined && { part }),
    ...(next && { next }),
    ...(errno && { errno }),
    before: lines.slice(Math.max(0, index - BEFORE), Math.max(0, index)).map(({ text }) => text),
    onlyAftermath: isUnwinding(line),
    ...(line.byCrac && { byCrac: true }),
  };
}

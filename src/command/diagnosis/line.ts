import { printable } from '../../shared/protocol/printable.ts';
import { plainCharacters } from './characters.ts';
import type { Level } from './entry.ts';
import { glibcWords } from './musl.ts';
import { joinPartial } from './partial.ts';
import { withoutPrefix } from './prefix.ts';
import { unwrap } from './structured.ts';
import { unfoldQuoted } from './unfold.ts';
import { joinWrapped } from './wrapped.ts';

/** A line of a log or of a console, without what loggers, container tools and terminals put around it. */
export interface LogLine {
  /** The text as the engine or the program printed it. */
  text: string;
  level: Level;
  /** CRIU's source file, without its directory. */
  file?: string;
  /** The PID of the process that is restored and that the line is about. */
  pid?: string;
  /** True where crac itself said it; its messages end in what to do. */
  byCrac?: true;
  /** Who printed it, by what stood before it: lines of several programs may be mixed. */
  source?: string;
  /** The text that follows `Error (file:line): `; the whole text where there is no such grammar. */
  message: string;
}

/** The length beyond which lines are no messages; patterns are tried on what is left of them. */
const LONGEST = 8192;
const LONGEST_RAW = 1 << 20;

const LEVELLED =
  /(?:\(\d+\.\d+\)\s+)?(?:pie:\s+)?(?:(\d+):\s+)?(Error|Warn)\s+\(([\w.+/-]+\.[chS]):\d+\):\s*(.*)$/;
const TIMED = /\(\d{1,4}\.\d{6}\)\s+(?:pie:\s+)?(?:(\d+):\s+)?(.*)$/;

function parse(text: string): LogLine {
  const levelled = text.match(LEVELLED);
  if (levelled) {
    const [own, pid, level, file, message] = levelled as unknown as [
      string,
      string | undefined,
      string,
      string,
      string,
    ];
    return {
      text: own.trim(),
      level: level === 'Error' ? 'error' : 'warn',
      file: file.slice(file.lastIndexOf('/') + 1),
      message: glibcWords(message.trim()),
      ...(pid !== undefined && { pid }),
    };
  }
  const timed = text.match(TIMED);
  if (timed)
    return {
      text: timed[0].trim(),
      level: 'debug',
      message: timed[2] as string,
      ...(timed[1] && { pid: timed[1] }),
    };
  const own = text.replace(/^crac: +/, '').trim();
  return { text: own, level: 'plain', message: own, ...(own !== text.trim() && { byCrac: true }) };
}

export function readLines(text: string): LogLine[] {
  const plain = plainCharacters(text);
  const lines = joinPartial(joinWrapped(plain.split(/[\r\n]+/)), plain)
    .map((line) => withoutPrefix(line.slice(0, LONGEST_RAW)))
    .flatMap(({ text: said, source }) => unwrap(said).map((line) => ({ line, source })))
    .filter(({ line }) => line.trim() !== '');
  return unfoldQuoted(lines).map(({ line, source }) => {
    const { text: own } = withoutPrefix(plainCharacters(line.slice(0, LONGEST)));
    return { ...parse(printable(own.replaceAll('\t', ' '))), ...(source !== undefined && { source }) };
  });
}

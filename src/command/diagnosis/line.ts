import { printable } from '../../shared/protocol/printable.ts';
import type { Level } from './entry.ts';

/** A line of a log or of a console, without what loggers, container tools and terminals put around it. */
export interface LogLine {
  /** As the engine or the program printed it. */
  text: string;
  level: Level;
  /** CRIU's source file, without its directory. */
  file?: string;
  /** Of the process that is restored and that the line is about. */
  pid?: string;
  /** crac itself said it, and its messages end in what to do. */
  byCrac?: true;
  /** What follows `Error (file:line): `; the whole text where there is no such grammar. */
  message: string;
}

const ESC = '\u001b';
const ANSI = new RegExp(`${ESC}\\[[0-9;?]*[ -/]*[@-~]|${ESC}\\][^\\u0007]*(?:\\u0007|${ESC}\\\\)`, 'g');

/** What journald, syslog, klog, the CRI's log files and `docker compose` write before a line. */
const PREFIXES: readonly RegExp[] = [
  /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)? \S+ [^\s:[]+(?:\[\d+\])?: /,
  /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?(?: (?:stdout|stderr) [FP])? /,
  /^[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+:\d+\] /,
  /^[\w.-]+ +\| /,
];

/** Longer lines are no messages; patterns are tried on what is left of them. */
const LONGEST = 8192;
const LONGEST_RAW = 1 << 20;

const withoutPrefix = (line: string): string => {
  const prefix = PREFIXES.map((pattern) => line.match(pattern)?.[0]).find((found) => found !== undefined);
  return prefix === undefined ? line : line.slice(prefix.length);
};

const LEVELLED =
  /(?:\(\d+\.\d+\)\s+)?(?:pie:\s+)?(?:(\d+):\s+)?(Error|Warn)\s+\(([\w.+/-]+\.[chS]):\d+\):\s*(.*)$/;
const TIMED = /\(\d{1,4}\.\d{6}\)\s+(?:pie:\s+)?(?:(\d+):\s+)?(.*)$/;

/**
 * Messages inside structured logs: Docker's and Kubernetes' JSON lines, logfmt as containerd and podman write it, and one
 * in the other.
 */
function unwrap(line: string, depth = 0): string[] {
  const json = line.match(/\{"(?:log|msg|message|level|time)".*\}\s*$/);
  if (json) {
    try {
      const { log, msg, message, error } = JSON.parse(json[0]) as Record<string, unknown>;
      const said = [log, msg, message, error].filter((part) => typeof part === 'string') as string[];
      const inner = said.flatMap((part) => part.split(/\r?\n/));
      if (said.length > 0) return depth < 2 ? inner.flatMap((part) => unwrap(part, depth + 1)) : inner;
    } catch {
      return [line];
    }
  }
  const quoted = [...line.matchAll(/\b(?:msg|error|err)="((?:[^"\\]|\\.)*)"/g)].map(
    ([, text]) => text as string,
  );
  if (quoted.length === 0) return line.includes('\\n') ? line.split('\\n') : [line];
  return quoted.flatMap((text) => text.replace(/\\(["\\])/g, '$1').split(/\\n|\n/));
}

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
      message: message.trim(),
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
  return text
    .replace(ANSI, '')
    .replaceAll('\0', '')
    .split(/[\r\n]+/)
    .flatMap((line) => unwrap(line.slice(0, LONGEST_RAW)))
    .filter((line) => line.trim() !== '')
    .map((line) => parse(printable(withoutPrefix(line.slice(0, LONGEST)).replaceAll('\t', ' '))));
}

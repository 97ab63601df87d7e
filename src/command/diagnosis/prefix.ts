const LEVEL = '(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|FATAL)';
const TIME = '\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d+)?';
const DATE = '\\d{4}-\\d\\d-\\d\\d';
const ZONE = '(?:Z|[+-]\\d\\d:?\\d\\d)?';
/** A host and a program, as syslog and journald write them; not the beginning of a sentence. */
const WHO =
  '([^\\s:(]+ (?!(?:failed|error|fatal|warning|restore|container)\\b)[^\\s:[\\]`]+(?:\\[\\d+\\])?): ';

/** Matches what loggers, container tools and people write before a line; a group tells apart who printed it. */
const PREFIX = new RegExp(
  `^(?:${[
    `[A-Z][a-z]{2} [ \\d]\\d ${TIME} ${WHO}`, // syslog, journalctl
    `${DATE}[T ]${TIME}${ZONE} (\\S+ [^\\s:[\\]]+\\[\\d+\\]): `, // journalctl -o short-iso
    `[A-Z][a-z]{2} ${DATE} ${TIME} \\S+ ${WHO}`, // journalctl -o short-full
    `\\[ *\\d+\\.\\d{6}\\] (?:${WHO})?`, // journalctl -o short-monotonic, dmesg
    `\\d{10}\\.\\d{3,6} ${WHO}`, // journalctl -o short-unix
    `<\\d+>1 \\S+ (\\S+ \\S+ \\S+) \\S+ (?:-|\\[[^\\]]*\\]) `, // RFC 5424
    `${DATE}[T ]${TIME}(?: ?${ZONE})(?: (?:stdout|stderr) [FP]| \\d\\d[OE])? `, // docker logs -t, the CRI, CI services
    `\\[${DATE}[T ]${TIME}(?: ?${ZONE})\\] `,
    `\\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \\d]\\d ${TIME} \\d{4}\\] `, // dmesg -T
    `\\[\\d+/\\d+/\\d+,? \\d+:\\d\\d:\\d\\d:\\d{3} \\w+\\] [0-9a-f]{8} \\S+ +[A-Z] `, // Liberty
    `[A-Z][a-z]{2} [ \\d]\\d ${TIME} `,
    `${TIME} `,
    `[IWEF]\\d{4} ${TIME} +\\d+ \\S+:\\d+\\] `, // klog
    ` *(?:Warning|Normal) +[A-Z]\\w+ +\\d\\S*(?: \\(x\\d+ over \\S+\\))? +\\S+ +`, // kubectl describe
    `(\\[[a-z]+/[^\\]\\s]+\\]) `, // kubectl logs --prefix
    `(\\S+ \u203a \\S+) `, // stern
    `([\\w.|-]+) +\\| `, // compose, PM2
    ` *${LEVEL} +\\d+ --- \\[[^\\]]*\\](?: \\[[^\\]]*\\])* \\S+ +: `, // Spring Boot
    ` *${LEVEL} +\\[[^\\]]*\\] +(?:\\(\\S+\\) |\\S+ +[-:] )`, // log4j, logback, JBoss
    `\\[[^\\]]*\\] ${LEVEL} +\\S+ +- `,
    `(?:> ?)+`,
    `[-+*] (?=\\S)`,
    `(?:[\\w./-]*\\.(?:log|txt|out):)?\\d{1,7}:(?! *(?:pie|Error|Warn)\\b)`, // grep -n; not the engine's number of a process
    ` *\\d{1,7}\\t`, // cat -n
    'MESSAGE=', // journalctl -o export
  ].join('|')})`,
);

/** The number of prefixes that may stand in one another: more are somebody's text. */
const DEEPEST = 4;

/** @returns the line alone, and who printed it where what stood before it tells that */
export function withoutPrefix(line: string): { text: string; source?: string } {
  let text = line;
  const sources: string[] = [];
  for (let depth = 0; depth < DEEPEST; depth++) {
    // The engine's own `(00.001) ` and `Error (` need no search.
    if (/^(?:\(\d|Error \()/.test(text)) break;
    const found = text.match(PREFIX);
    if (found === null || found[0] === '') break;
    const [, ...groups] = found;
    const source = groups.find((group) => group !== undefined);
    if (source !== undefined) sources.push(source);
    text = text.slice(found[0].length);
  }
  return { text, ...(sources.length > 0 && { source: sources.join(' ') }) };
}

/** Matches what stands above the line that told, in an answer of `crac explain` or of a failed command (format.ts). */
export const ABOVE = /^\((?:checkpoint|restore|start|checkpoint or restore), (?:certain|likely|possible)\)$/;

/**
 * Joins a log's line that an answer of ours has quoted and broken at a hundred columns: such an answer may stand in the
 * console that is explained.
 */
export function unfoldQuoted<Line extends { line: string }>(lines: readonly Line[]): Line[] {
  const unfolded: Line[] = [];
  let quoted: Line | undefined;
  let isAbove = false;
  for (const one of lines) {
    if (quoted !== undefined && /^ {6}\S/.test(one.line)) {
      quoted.line += ` ${one.line.trim()}`;
      continue;
    }
    const own = { ...one };
    unfolded.push(own);
    quoted = isAbove && /^ {4}\S/.test(own.line) ? own : undefined;
    isAbove = ABOVE.test(own.line.trim());
  }
  return unfolded;
}

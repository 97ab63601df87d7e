/**
 * Matches a line of the CRI's log files: `P` where the rest of what was printed follows in another line of that stream.
 */
const CRI = /^(?<head>.*?\d\d:\d\d:\d\d\S* (?<stream>stdout|stderr) )(?<tag>[PF])(?::\S+)? (?<said>.*)$/;

/** Matches a line of Docker's log files: all but the end of what was printed lacks its end of line. */
const DOCKER = /^(?<head>\{"log":")(?<said>(?:[^"\\]|\\.)*)(?<tail>","stream":"(?<stream>\w+)".*)$/;

/** The length beyond which pieces are joined no further. */
const LONGEST = 1 << 20;

interface Piece {
  head: string;
  said: string;
  tail: string;
  stream: string;
  isPart: boolean;
}

function criPiece(line: string): Piece | undefined {
  const { head, stream, tag, said } = line.match(CRI)?.groups ?? {};
  if (head === undefined || stream === undefined || said === undefined) return undefined;
  return { head: `${head}F `, said, tail: '', stream, isPart: tag === 'P' };
}

function dockerPiece(line: string): Piece | undefined {
  const { head, said, tail, stream } = line.match(DOCKER)?.groups ?? {};
  if (head === undefined || said === undefined || tail === undefined || stream === undefined)
    return undefined;
  return { head, said, tail, stream, isPart: !said.endsWith('\\n') };
}

function join(lines: readonly string[], read: (line: string) => Piece | undefined): string[] {
  const open = new Map<string, string>();
  const heads = new Map<string, Piece>();
  const joined: string[] = [];
  for (const line of lines) {
    const piece = read(line);
    if (piece === undefined) {
      joined.push(line);
      continue;
    }
    const said = (open.get(piece.stream) ?? '') + piece.said;
    if (piece.isPart && said.length < LONGEST) {
      open.set(piece.stream, said);
      heads.set(piece.stream, piece);
      continue;
    }
    open.delete(piece.stream);
    joined.push(piece.head + said + piece.tail);
  }
  // The rest is not there: the log was cut off.
  for (const [stream, said] of open) {
    const { head, tail } = heads.get(stream) as Piece;
    joined.push(head + said + tail);
  }
  return joined;
}

/** Joins long lines that a container's log has in pieces. */
export function joinPartial(lines: string[], text: string): string[] {
  if (/ (?:stdout|stderr) P(?::\S+)? /.test(text)) return join(lines, criPiece);
  // Collectors that take the ends of lines away take all of them.
  if (/^\{"log":"(?:[^"\\]|\\.)*\\n","stream"/m.test(text)) return join(lines, dockerPiece);
  return lines;
}

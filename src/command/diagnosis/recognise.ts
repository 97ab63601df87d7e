import { CATALOGUE } from './catalogue/index.ts';
import type { Confidence, Entry, Level, Signature } from './entry.ts';
import type { LogLine } from './line.ts';
import { mayMatch } from './prefilter.ts';
import type { Fields } from './template.ts';

export interface Recognised {
  entry: Entry;
  confidence: Confidence;
  fields: Fields;
  /**
   * The amount of the line that the signature asks for: of two that know a line the one that asks for more is right.
   */
  specificity: number;
}

/** The number of kinds of lines that are kept: CRIU has some hundred source files, and a log may name any. */
const MOST_KINDS = 1000;

const DEFAULT_LEVELS: readonly Level[] = ['error', 'plain'];

function sameFile(signature: Signature, line: LogLine): boolean {
  if (signature.file === undefined || line.file === undefined) return true;
  return typeof signature.file === 'string'
    ? signature.file === line.file
    : signature.file.includes(line.file);
}

/** Returns the named groups that matched; groups of alternatives may be named `x` and `x2`, `x3`. */
function groupsOf(match: RegExpMatchArray): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of Object.entries(match.groups ?? {}))
    if (value !== undefined) fields[name.replace(/\d+$/, '')] ??= value;
  return fields;
}

/** Returns what follows a line, then what stands before it. */
function neighbours({ nearUntil, nearFrom }: Entry, lines: readonly LogLine[], index: number): LogLine[] {
  const own = (from: number, to: number): LogLine[] =>
    lines.slice(from, to).filter(({ source }) => source === lines[index]?.source);
  if (nearUntil === undefined)
    return [...own(index, index + 13), ...own(Math.max(0, index - 400), index).reverse()];
  const after = own(index + 1, index + 61);
  const end = after.findIndex(({ text }) => nearUntil.test(text));
  const near = end < 0 ? after : after.slice(0, end);
  const begin = nearFrom === undefined ? 0 : near.findIndex(({ text }) => nearFrom.test(text));
  return [lines[index] as LogLine, ...(begin < 0 ? [] : near.slice(begin))];
}

function nearby(entry: Entry, lines: readonly LogLine[], index: number): Record<string, string> {
  const fields: Record<string, string> = {};
  if (entry.near === undefined) return fields;
  const around = neighbours(entry, lines, index);
  for (const pattern of entry.near) {
    const match = around.map(({ text }) => text.match(pattern)).find((found) => found !== null);
    if (!match) continue;
    for (const [name, value] of Object.entries(groupsOf(match))) fields[name] ??= value;
  }
  return fields;
}

/** Counts the letters of a pattern that must stand in the line as they are. */
const literals = ({ source }: RegExp): number =>
  source.replace(
    /\(\?<\w+>|\(\?<?[:=!]|\\[a-zA-Z]|\[(?:[^\]\\]|\\.)*\]|[(){}|?*+.^$\\]|\{\d+(?:,\d*)?\}/g,
    '',
  ).length;

const besides = ({ with: also }: Signature): readonly RegExp[] =>
  also === undefined ? [] : also instanceof RegExp ? [also] : also;

const specificityOf = (signature: Signature): number =>
  [signature.text, ...besides(signature)].reduce((sum, pattern) => sum + literals(pattern), 0) +
  (signature.file === undefined ? 0 : 10);

interface Candidate {
  entry: Entry;
  signatures: { signature: Signature; specificity: number }[];
}

const known = new Map<string, Candidate[]>();

/** Returns entries with those of their signatures that lines of this level and source file can match. */
function candidatesFor(line: LogLine): Candidate[] {
  const kind = `${line.level} ${line.file ?? ''}`;
  let found = known.get(kind);
  if (found === undefined) {
    found = CATALOGUE.map((entry) => ({
      entry,
      signatures: entry.signatures
        .filter((each) => (each.levels ?? DEFAULT_LEVELS).includes(line.level) && sameFile(each, line))
        .map((signature) => ({ signature, specificity: specificityOf(signature) })),
    })).filter(({ signatures }) => signatures.length > 0);
    if (known.size < MOST_KINDS) known.set(kind, found);
  }
  return found;
}

function tryEntry(
  { entry, signatures }: Candidate,
  lines: readonly LogLine[],
  index: number,
  whole: string,
  lower: string,
): Recognised | undefined {
  const line = lines[index] as LogLine;
  for (const { signature, specificity } of signatures) {
    if (!mayMatch(signature.text, line.message, lower)) continue;
    const match = line.message.match(signature.text);
    if (!match || !besides(signature).every((pattern) => pattern.test(whole))) continue;
    if (signature.when && !signature.when(groupsOf(match))) continue;
    // Without CRIU's `Error (file:line)` around them, the words may be somebody's quotation.
    const quoted = signature.file !== undefined && line.file === undefined;
    const confidence = signature.confidence ?? 'certain';
    return {
      entry,
      specificity,
      confidence: quoted && confidence === 'certain' ? 'likely' : confidence,
      fields: { ...nearby(entry, lines, index), ...(line.pid && { pid: line.pid }), ...groupsOf(match) },
    };
  }
  return undefined;
}

/** Returns every entry of the catalogue that knows this line, strongest first. */
export function recognise(lines: readonly LogLine[], index: number, whole: string): Recognised[] {
  const line = lines[index] as LogLine;
  const lower = line.message.toLowerCase();
  return candidatesFor(line)
    .map((candidate) => tryEntry(candidate, lines, index, whole, lower))
    .filter((found) => found !== undefined);
}

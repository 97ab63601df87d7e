import { type Attempt, attemptsIn } from './attempts.ts';
import { complaintIn } from './complaint.ts';
import type { Confidence, Entry, Finding, Rank } from './entry.ts';
import { errnoIn } from './errno.ts';
import { type Facts, factsOf } from './facts.ts';
import { type LogLine, readLines } from './line.ts';
import { isHarmless, isUnwinding } from './noise.ts';
import { ordered } from './order.ts';
import { inOwnWords } from './own-words.ts';
import { type Recognised, recognise } from './recognise.ts';
import { fillCommand } from './shell-template.ts';
import type { Speaker } from './speaker.ts';
import { type Fields, fill } from './template.ts';
import { describeError, type ErrorLine } from './unknown.ts';

export interface Diagnosis {
  /** The findings, first cause first. */
  findings: Finding[];
  /** The first line by which the engine, or whoever speaks, said that it failed; whether an entry knows it or not. */
  first?: ErrorLine;
  /** True where no entry knows that line, and it stands before everything that one knows. */
  isFirstUnknown: boolean;
  /** True where a cause is known: not only that something failed, or where to look. */
  isKnown: boolean;
  /** True where the text tells of a checkpoint or a restore that worked, and of no other that failed. */
  worked: boolean;
  /** True where the engine's lines end without its verdict: it was killed, or the rest of the log is not there. */
  isCutOff: boolean;
  facts: Facts;
}

export interface Circumstances {
  /** The program that printed the text, where that is known better than from its words. */
  speaker?: Speaker;
}

/**
 * The number of times that lines which differ only in their numbers and identifiers are tried: long logs are read in
 * seconds.
 */
const SAME_SHAPE = 200;
const VARIES = /[\w.+-]*\d[\w.+-]*/g;

const RANKS: readonly Rank[] = ['cause', 'symptom', 'hint', 'envelope'];

interface Found extends Recognised {
  line: LogLine;
  /** True where an error that nobody knows stands before it in the same attempt. */
  late: boolean;
  /** True where another cause stands before it in the same attempt. */
  second: boolean;
}

const rankOf = (entry: Entry): Rank => entry.rank ?? 'cause';

const stronger = (a: Recognised, b: Recognised): number =>
  RANKS.indexOf(rankOf(a.entry)) - RANKS.indexOf(rankOf(b.entry)) || b.specificity - a.specificity;

/** The findings of one attempt at a checkpoint or a restore. */
class Findings {
  readonly found: Found[] = [];
  first: LogLine | undefined;
  firstUnknown: LogLine | undefined;
  #unknowns = false;

  add(line: LogLine, recognised: Recognised[]): void {
    const causes = this.found.filter(({ entry }) => rankOf(entry) === 'cause');
    if (causes.some(({ entry }) => entry.explains?.some((pattern) => pattern.test(line.message)))) return;
    const [best] = recognised.sort(stronger);
    const isError = line.level === 'error' && !isUnwinding(line);
    if (isError || best) this.first ??= line.level === 'error' ? line : undefined;
    if (best) {
      const engine = line.level === 'error';
      const second =
        engine && causes.some((cause) => cause.line.level === 'error' && cause.line.pid === line.pid);
      this.found.push({ ...best, line, late: this.#unknowns && engine, second });
    } else if (isError) {
      this.#unknowns = true;
      if (causes.length === 0) this.firstUnknown ??= line;
    }
  }
}

function weaken(confidence: Confidence): Confidence {
  return confidence === 'certain' ? 'likely' : 'possible';
}

/** Adds `{errno}`, the name of a number in the line, unless the signature has a group of that name. */
function withErrno(fields: Fields, line: LogLine): Fields {
  const errno = errnoIn(line.message);
  return errno ? { errnoName: errno.name, errnoText: errno.text, ...fields } : fields;
}

function toFinding(
  { entry, confidence, fields: own, line, late, second }: Found,
  { speakers }: Facts,
): Finding {
  const errno = errnoIn(line.message);
  const fields = withErrno(own, line);
  const remedies = ordered(entry.remedies, speakers, rankOf(entry) === 'envelope').map(
    ({ what, where, command, cost }) => ({
      what: fill(what, fields),
      where,
      ...(command !== undefined && { command: inOwnWords(fillCommand(command, fields), where, speakers) }),
      ...(cost !== undefined && { cost: fill(cost, fields) }),
    }),
  );
  return {
    code: entry.code,
    title: entry.title,
    phase: entry.phase,
    rank: rankOf(entry),
    cause: fill(entry.cause, fields),
    evidence: line.text,
    ...(errno && { errno }),
    remedies,
    tells: (entry.tells ?? []).map(({ what, command }) => ({
      what: fill(what, fields),
      ...(command !== undefined && { command: fillCommand(command, fields) }),
    })),
    confidence: late || second ? weaken(confidence) : confidence,
  };
}

/** Keeps only the strongest kind: a cause makes symptoms and wrappers' words superfluous. */
function strongest(found: Found[]): Found[] {
  const rank = RANKS.find((candidate) => found.some(({ entry }) => rankOf(entry) === candidate));
  return found.filter(({ entry }) => rankOf(entry) === rank);
}

/** Tells whether another finding of the same entry has everything that this one has, and more: a name, a path. */
const isTold = (one: Found, found: readonly Found[]): boolean =>
  found.some(
    (other) =>
      other.entry === one.entry &&
      Object.keys(other.fields).length > Object.keys(one.fields).length &&
      Object.entries(one.fields).every(([name, value]) => other.fields[name] === value),
  );

/** Keeps one finding of each kind: threads and processes of one tree fail alike, and say the same. */
function distinct(found: Found[]): Found[] {
  const seen = new Set<string>();
  return found.filter((one) => {
    if (isTold(one, found)) return false;
    const { entry, fields, line } = one;
    const keys = [fill(entry.cause, fields), line.message].map((text) => `${entry.code}\n${text}`);
    const isNew = !keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return isNew;
  });
}

/** Returns crac's own message with the lines below it: it may end in a command on a line of its own. */
function messageOfCrac(lines: readonly LogLine[]): LogLine | undefined {
  const first = lines.findIndex(({ byCrac }) => byCrac);
  if (first < 0) return undefined;
  const text = lines.slice(first, first + 4).map((line) => line.text);
  return { ...(lines[first] as LogLine), text: text.join('\n') };
}

/** Tells whether the last lines of the engine belong to a run that has told nothing of its end. */
function isCutOff(lines: readonly LogLine[], attempts: readonly Attempt[]): boolean {
  const last = [...attempts]
    .reverse()
    .find((attempt) => attempt.lines.some((index) => (lines[index] as LogLine).level === 'debug'));
  return last?.outcome === 'open';
}

/**
 * Finds what went wrong, by the log or console output of a checkpoint or a restore (CRIU of any version, Java,
 * containers).
 */
export function diagnose(text: string, { speaker }: Circumstances = {}): Diagnosis {
  const lines = readLines(text);
  const facts = factsOf(text, lines, speaker);
  const whole = lines.map((line) => line.text).join('\n');
  const attempts = attemptsIn(lines);
  const seen = new Set<string>(); // a restore that hangs repeats itself millions of times
  const shapes = new Map<string, number>();
  const done = attempts
    .filter(({ outcome }) => outcome !== 'worked')
    .map((attempt) => {
      const findings = new Findings();
      for (const index of attempt.lines) {
        const line = lines[index] as LogLine;
        const said = `${line.level} ${line.file ?? ''} ${line.message}`;
        if (seen.has(said)) continue;
        seen.add(said);
        const shape = said.replace(VARIES, '0');
        const times = (shapes.get(shape) ?? 0) + 1;
        shapes.set(shape, times);
        if (times > SAME_SHAPE) continue;
        if (!isHarmless(line, lines[index + 1])) findings.add(line, recognise(lines, index, whole));
      }
      return findings;
    });
  const findings = distinct(strongest(done.flatMap(({ found }) => found))).map((found) =>
    toFinding(found, facts),
  );
  const worked = attempts.some(({ outcome }) => outcome === 'worked');
  const unknown = done.map(({ firstUnknown }) => firstUnknown).find((line) => line !== undefined);
  const none = findings.length === 0;
  const first =
    unknown ??
    done.map((one) => one.first).find((line) => line !== undefined) ??
    (none ? lines.find((line) => line.level === 'error' && !isHarmless(line)) : undefined) ??
    (none && !worked ? (messageOfCrac(lines) ?? complaintIn(lines)) : undefined);
  return {
    findings,
    ...(first && { first: describeError(first, lines) }),
    isFirstUnknown: first !== undefined && (none || first === unknown),
    isKnown: findings.some(({ rank }) => rank !== 'envelope'),
    worked: worked && none && first === undefined,
    isCutOff: isCutOff(lines, attempts),
    facts,
  };
}

/** Returns the causes that the catalogue knows in this text, first cause first; empty where nothing is known. */
export const explainText = (text: string): Finding[] => diagnose(text).findings;

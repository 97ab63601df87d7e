import type { Confidence, Entry, Finding, Rank } from './entry.ts';
import { type LogLine, readLines } from './line.ts';
import { isFailure, isHarmless, isSuccess, isUnwinding } from './noise.ts';
import { type Recognised, recognise } from './recognise.ts';
import { fill } from './template.ts';
import { describeUnknown, type Unknown } from './unknown.ts';

export interface Diagnosis {
  /** First cause first. */
  findings: Finding[];
  /** The first error line that the catalogue does not know, if one stands before everything it knows. */
  unknown?: Unknown;
  /** The text tells of a checkpoint or a restore that worked, and of no other that failed. */
  worked: boolean;
}

const RANKS: readonly Rank[] = ['cause', 'symptom', 'hint', 'envelope'];

interface Found extends Recognised {
  line: LogLine;
  /** An error that nobody knows stands before it in the same attempt. */
  late: boolean;
  /** Another cause stands before it in the same attempt. */
  second: boolean;
}

const rankOf = (entry: Entry): Rank => entry.rank ?? 'cause';

/** One attempt at a checkpoint or a restore: what was found in it, dropped again if the attempt worked. */
class Attempt {
  readonly found: Found[] = [];
  firstUnknown: LogLine | undefined;
  #unknowns = false;

  add(line: LogLine, recognised: Recognised[]): void {
    const causes = this.found.filter(({ entry }) => rankOf(entry) === 'cause');
    if (causes.some(({ entry }) => entry.explains?.some((pattern) => pattern.test(line.message)))) return;
    const [best] = recognised.sort((a, b) => RANKS.indexOf(rankOf(a.entry)) - RANKS.indexOf(rankOf(b.entry)));
    if (best) {
      const engine = line.level === 'error';
      const second =
        engine && causes.some((cause) => cause.line.level === 'error' && cause.line.pid === line.pid);
      this.found.push({ ...best, line, late: this.#unknowns && engine, second });
    } else if (line.level === 'error' && !isUnwinding(line)) {
      this.#unknowns = true;
      if (causes.length === 0) this.firstUnknown ??= line;
    }
  }
}

function weaken(confidence: Confidence): Confidence {
  return confidence === 'certain' ? 'likely' : 'possible';
}

function toFinding({ entry, confidence, fields, line, late, second }: Found): Finding {
  return {
    code: entry.code,
    phase: entry.phase,
    cause: fill(entry.cause, fields),
    evidence: line.text,
    remedies: entry.remedies.map(({ what, where, command, cost }) => ({
      what: fill(what, fields),
      where,
      ...(command !== undefined && { command: fill(command, fields) }),
      ...(cost !== undefined && { cost: fill(cost, fields) }),
    })),
    confidence: late || second ? weaken(confidence) : confidence,
  };
}

/** Only the strongest kind: a cause makes symptoms and wrappers' words superfluous. */
function strongest(found: Found[]): Found[] {
  const rank = RANKS.find((candidate) => found.some(({ entry }) => rankOf(entry) === candidate));
  return found.filter(({ entry }) => rankOf(entry) === rank);
}

/** Threads and processes of one tree fail alike: what they say the same is one finding. */
function distinct(found: Found[]): Found[] {
  const seen = new Set<string>();
  return found.filter(({ entry, fields, line }) => {
    const keys = [fill(entry.cause, fields), line.message].map((text) => `${entry.code}\n${text}`);
    const isNew = !keys.some((key) => seen.has(key));
    for (const key of keys) seen.add(key);
    return isNew;
  });
}

/** crac's own message with the lines below it: it may end in a command on a line of its own. */
function messageOfCrac(lines: readonly LogLine[]): LogLine | undefined {
  const first = lines.findIndex(({ byCrac }) => byCrac);
  if (first < 0) return undefined;
  const text = lines.slice(first, first + 4).map((line) => line.text);
  return { ...(lines[first] as LogLine), text: text.join('\n') };
}

/** What went wrong, by the log or console output of a checkpoint or a restore (CRIU of any version, Java, containers). */
export function diagnose(text: string): Diagnosis {
  const lines = readLines(text);
  const whole = lines.map((line) => line.text).join('\n');
  const done: Attempt[] = [];
  let attempt = new Attempt();
  let successes = 0;
  const seen = new Set<string>(); // a restore that hangs repeats itself millions of times
  lines.forEach((line, index) => {
    if (line.level === 'debug') {
      if (seen.has(line.message)) return;
      seen.add(line.message);
    }
    if (isSuccess(line)) {
      successes++;
      attempt = new Attempt();
      return;
    }
    if (!isHarmless(line, lines[index + 1])) attempt.add(line, recognise(lines, index, whole));
    if (isFailure(line)) {
      done.push(attempt);
      attempt = new Attempt();
    }
  });
  done.push(attempt);
  const findings = distinct(strongest(done.flatMap(({ found }) => found))).map(toFinding);
  const first = done.map(({ firstUnknown }) => firstUnknown).find((line) => line !== undefined);
  const last =
    first ??
    (findings.length === 0 ? lines.find((line) => line.level === 'error' && !isHarmless(line)) : undefined) ??
    (findings.length === 0 && successes === 0 ? messageOfCrac(lines) : undefined);
  return {
    findings,
    ...(last && { unknown: describeUnknown(last) }),
    worked: successes > 0 && findings.length === 0 && last === undefined,
  };
}

/** The causes that the catalogue knows in this text, first cause first; empty where nothing is known. */
export const explainText = (text: string): Finding[] => diagnose(text).findings;

import type { Errno } from './errno.ts';
import type { Speaker } from './speaker.ts';

/** The time when a failure shows: while a program is checkpointed, restored, or before either began. */
export type Phase = 'checkpoint' | 'restore' | 'start' | 'both';

export type Confidence = 'certain' | 'likely' | 'possible';

/**
 * The owner of the setting that a remedy changes: a program whose words may stand in the text, any container runtime
 * (`container`), the machine, or the checkpointed program itself.
 */
export type Where = Speaker | 'container' | 'machine' | 'program';

/**
 * A remedy. Texts of entries may have `{name}` (a group of the signature that matched), `{name|other words}` for when
 * the group is missing, and `[[…]]` around what is left out when a group inside is missing.
 */
export interface Remedy {
  what: string;
  where: Where;
  /** Commands or settings to be pasted, one a line. */
  command?: string;
  /** The cost or the risk of the remedy. */
  cost?: string;
}

export interface Signature {
  /**
   * The name of the source file of CRIU that prints the line. Line numbers change with each version and are never used.
   */
  file?: string | readonly string[];
  /**
   * The pattern, tried on the message after `Error (file:line): `, or on the whole line where there is no such grammar.
   */
  text: RegExp;
  /** The levels of lines that are looked at; default: errors and lines without CRIU's grammar. */
  levels?: readonly Level[];
  /** A pattern that must match somewhere in the same text as well; of several, each. */
  with?: RegExp | readonly RegExp[];
  /** A condition on the values in the line, where the same words tell of two failures. */
  when?: (fields: Readonly<Record<string, string>>) => boolean;
  /** The confidence; default `certain`. */
  confidence?: Confidence;
}

export type Level = 'error' | 'warn' | 'debug' | 'plain';

/**
 * The rank of an entry. `cause`: says why. `symptom`: only how it ended. `hint`: a warning that explains a failure that
 * nothing else explains. `envelope`: somebody's words around a failure whose reason stands in another log. A weaker one
 * is reported only where there is no stronger one.
 */
export type Rank = 'cause' | 'symptom' | 'hint' | 'envelope';

/** One failure that can happen, how it is recognised and what mends it. */
export interface Entry {
  /** The code: stable; the anchor in docs/errors.md is the same in lower case. */
  code: string;
  phase: Phase;
  title: string;
  rank?: Rank;
  signatures: readonly Signature[];
  /**
   * Patterns for further facts from lines nearby (400 before, 12 after): named groups are added to the signature's own.
   */
  near?: readonly RegExp[];
  /** The line that ends the look: only what follows is looked at, up to 60 lines and not beyond a line like this. */
  nearUntil?: RegExp;
  /** The line with which the look begins, where what stands before it tells of something else. */
  nearFrom?: RegExp;
  /** Patterns of lines that follow from this failure, besides the general unwinding. */
  explains?: readonly RegExp[];
  /** The cause in one sentence. */
  cause: string;
  /**
   * Remedies in order of preference for users of crac; for others the tool that speaks in the text comes first
   * (order.ts).
   */
  remedies: readonly Remedy[];
  /** Commands or logs that would tell more, where the line alone allows more than one cause. */
  tells?: readonly Tell[];
  /** Real lines, each recognised as this entry. */
  samples: readonly string[];
}

export interface Tell {
  what: string;
  command?: string;
}

export interface Finding {
  code: string;
  title: string;
  phase: Phase;
  /** The rank: an `envelope` is somebody's words about a failure, and no cause. */
  rank: Rank;
  cause: string;
  /** The line that told. */
  evidence: string;
  /** The error number in that line, where its words do not stand beside it. */
  errno?: Errno;
  remedies: Remedy[];
  tells: Tell[];
  confidence: Confidence;
}

export const entry = (definition: Entry): Entry => definition;

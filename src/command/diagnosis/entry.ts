import type { Errno } from './errno.ts';
import type { Speaker } from './speaker.ts';

/** When a failure shows: while a program is checkpointed, restored, or before either began. */
export type Phase = 'checkpoint' | 'restore' | 'start' | 'both';

export type Confidence = 'certain' | 'likely' | 'possible';

/**
 * Whose setting a remedy is: a program's whose words may stand in the text, any container runtime's (`container`), the
 * machine's, or the checkpointed program's own.
 */
export type Where = Speaker | 'container' | 'machine' | 'program';

/**
 * Texts of entries may have `{name}` (a group of the signature that matched), `{name|other words}` for when the
 * group is missing, and `[[…]]` around what is left out when a group inside is missing.
 */
export interface Remedy {
  what: string;
  where: Where;
  /** To be pasted: commands or settings, one a line. */
  command?: string;
  /** What it costs or risks. */
  cost?: string;
}

export interface Signature {
  /** Name of the source file of CRIU that prints the line. Line numbers change with each version and are never used. */
  file?: string | readonly string[];
  /** Tried on the message after `Error (file:line): `, or on the whole line where there is no such grammar. */
  text: RegExp;
  /** Default: errors and lines without CRIU's grammar. */
  levels?: readonly Level[];
  /** Must stand somewhere in the same text as well. */
  with?: RegExp;
  /** What must be true of the values in the line, where the same words tell of two failures. */
  when?: (fields: Readonly<Record<string, string>>) => boolean;
  /** Default `certain`. */
  confidence?: Confidence;
}

export type Level = 'error' | 'warn' | 'debug' | 'plain';

/**
 * `cause`: says why. `symptom`: only how it ended. `hint`: a warning that explains a failure that nothing else
 * explains. `envelope`: somebody's words around a failure whose reason stands in another log. A weaker one is
 * reported only where there is no stronger one.
 */
export type Rank = 'cause' | 'symptom' | 'hint' | 'envelope';

/** One failure that can happen, how it is recognised and what mends it. */
export interface Entry {
  /** Stable; the anchor in docs/errors.md is the same in lower case. */
  code: string;
  phase: Phase;
  title: string;
  rank?: Rank;
  signatures: readonly Signature[];
  /** Further facts from lines nearby (400 before, 12 after): named groups are added to the signature's own. */
  near?: readonly RegExp[];
  /** Look only at what follows, up to 60 lines and not beyond a line like this. */
  nearUntil?: RegExp;
  /** Lines that follow from this failure, besides the general unwinding. */
  explains?: readonly RegExp[];
  /** One sentence. */
  cause: string;
  /** In order of preference for users of crac; for others the tool that speaks in the text comes first (order.ts). */
  remedies: readonly Remedy[];
  /** What would tell more: which command or log decides where the line alone allows more than one cause. */
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
  /** An `envelope` is somebody's words about a failure, and no cause. */
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

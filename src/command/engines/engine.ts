import type { EngineName } from '../../shared/protocol/engines.ts';
import type { ReadyDetails } from '../../shared/protocol/messages.ts';
import type { ProgramRecord } from '../../shared/protocol/record.ts';
import type { Company } from '../checkpoint/company/company.ts';
import type { Connection } from '../checkpoint/connection.ts';
import type { Interruption } from '../checkpoint/interruption.ts';
import type { Lease } from '../checkpoint/lease.ts';
import type { Mailboxes } from '../checkpoint/mailboxes.ts';
import type { CheckpointOptions, CheckpointResult } from '../checkpoint/options.ts';
import type { Finding } from '../doctor/finding.ts';
import type { Machine } from '../doctor/machine.ts';
import type { MemoryPart } from '../image/report/memory.ts';
import type { ConfReader } from '../image/restore-conf.ts';
import type { Launch } from '../start/launch.ts';

/**
 * The part of an engine that stands outside the program: everything that the command asks of one. The part inside is
 * src/program/engines/engine.ts. A new engine is a folder here with such an object, which loads what it needs when it is
 * asked, and a line in registry.ts; its name stands in src/shared/protocol/engines.ts.
 */
export interface Engine {
  readonly name: EngineName;
  readonly about: EngineDescription;

  /**
   * Starts the program for `crac run`, so that a checkpoint can be asked of it. May replace this process.
   * @returns the program's exit code
   */
  start(launch: Launch): Promise<number>;

  /**
   * Carries out `crac checkpoint`: has the hooks run, then checkpoints the program in this engine's way. An engine that
   * writes images leaves the order of things, and with it that nothing is lost, to checkpoint/flow.ts, with a `Dump`.
   * @throws CommandError with every problem; the program then goes on as before
   */
  checkpoint(asked: EngineCheckpoint): Promise<CheckpointResult>;

  /**
   * Carries out `crac restore`, where Node does it; the native restorer, which starts no Node, does it for the other
   * engines.
   */
  restore?(asked: RestoreRequest): Promise<number>;

  /**
   * Says why this engine cannot be here, by a look that costs next to nothing, for programs for which nobody names one;
   * nothing where it may be. Without this method it is not taken by itself.
   */
  whyAbsent?(environment: NodeJS.ProcessEnv): string | undefined;

  /**
   * Carries out `crac notify after-restore`, in an engine whose programs somebody else freezes: tells a program that it
   * goes on, here or in a copy of it.
   */
  goOn?(asked: GoOnRequest): Promise<void>;

  /**
   * Checks for `crac build`, before the long way to an image, whether this engine can work here.
   * @throws CommandError where it cannot
   */
  check?(settings: EngineSettings): Promise<void>;

  /**
   * Notes in an image, which nobody uses yet, what its first copy shows about copies: asked for by `crac build` when that
   * copy, whose record this is, has given its first answer. An image is as good without it.
   */
  learn?(image: string, copy: ProgramRecord): Promise<void>;

  /** Lists the processes in an image, for `crac inspect`. */
  processes?(image: string): Promise<ImageProcess[]>;

  /**
   * Tells what each mapping holds, for `crac inspect --html` and `crac image diff`.
   * @returns undefined for an image that is stored
   */
  memory?(image: string): Promise<MemoryPart[] | undefined>;

  /** Finds out for `crac doctor` what there is of the engine on this machine, and whether it can work. */
  examine?(machine: Machine): Promise<Finding[]>;

  /**
   * Looks for `crac doctor`, after its trial, at what the engine keeps so that it starts sooner, which the trial may
   * have made.
   */
  examineCache?(machine: Machine): Promise<Finding>;

  /** Looks for `crac doctor` at the engine that a JDK with CRaC brings, where that is this one. */
  examineJdk?(machine: Machine): Promise<Finding[]>;

  /** Loads what `crac engine` shows and installs, where the engine is a program of its own. */
  installation?(): Promise<Installation>;

  /**
   * Lists for `crac explain` what an image needs of this machine and is not there, a line each, as the catalogue knows
   * it.
   */
  facts?(conf: ConfReader): Promise<string[]>;
}

/** An engine that is a program of its own: which one is used, and how one that works is brought here. */
export interface Installation {
  /** Finds the program that is used, and describes it and all others, for programs (`json`) and for people. */
  look(): Promise<{ used: InstalledEngine | undefined; json: object; text: string }>;
  /** Brings a program that can work here into `prefix`, or into the usual place. */
  install(options: { prefix?: string; progress: (line: string) => void }): Promise<InstalledEngine>;
}

export interface InstalledEngine {
  /** The name and the version for people. */
  title: string;
  path: string;
  /** True where it can work on this machine. */
  suitable: boolean;
  /** Makes what lets it start sooner. */
  warm(): Promise<unknown>;
}

/** Settings given by `--engine NAME,key=value`. */
export type EngineSettings = Record<string, string>;

/**
 * The description of an engine: what `--engine help` says, what `--engine NAME,k=v` is checked against, and what the
 * command may expect.
 */
export interface EngineDescription {
  summary: string;
  /** Kinds of machines (`process.arch`) on which it needs nothing that `docker build` does not give to its commands. */
  inPlainBuilds?: readonly string[];
  /** Names that other implementations of CRaC have for it, in lower case. */
  aliases?: readonly string[];
  /** A sentence about what `crac checkpoint` leaves behind. */
  checkpoint: string;
  /** A sentence about what `crac restore` does with that. */
  restore: string;
  /** The platform that it needs. Undefined: every one that Node runs on. */
  platform?: 'linux';
  settings: Record<string, EngineSetting>;
  /**
   * The thing that a checkpoint makes. `image`: can be restored any number of times; `directory`: stands for the
   * program; `nothing`: `--image` is not needed.
   */
  makes: 'image' | 'directory' | 'nothing';
  /**
   * True where the program has namespaces of its own (PIDs, mounts, perhaps a network), and an init process in them.
   */
  hasNamespaces: boolean;
  /**
   * True where the native supervisor is the program's parent: it wakes the program where a command is killed
   * (checkpoint/lease.ts).
   */
  hasSupervisor: boolean;
  /** True where a program that is left running may go on while its image is being written. */
  makesSnapshots?: true;
  /** True of one that is chosen among others at each checkpoint. */
  decidesLater?: true;
  /** Matches names of the files that it writes into an image, beside those that every image has (image/partial.ts). */
  files?: RegExp;
  /** The log that a failed checkpoint leaves in the image directory, for `crac explain`. */
  log?: string;
}

export interface EngineSetting {
  /** The name of the value in the help; a FILE is taken from the directory in which the command was given. */
  value: string;
  help: string;
  /** @returns what is wrong with the value */
  check?: (value: string) => string | undefined;
}

/** One checkpoint that was asked for; the program's control socket is connected, nothing has been said on it yet. */
export interface EngineCheckpoint {
  options: CheckpointOptions;
  /** The absolute path; empty for a program without an image directory (an engine that makes nothing). */
  image: string;
  connection: Connection;
}

/**
 * One dump by an engine that writes images. checkpoint/flow.ts calls these, in this order; after any of them that
 * throws it wakes the program, and reports a CommandError's words as they are.
 */
export interface Dump {
  /**
   * Looks for whatever would make the dump fail later; nothing has been asked of the program yet.
   * @returns problems that are told together with those of hooks and census
   */
  check(): Promise<Error[]>;
  /**
   * Looks, when hooks and census of all are done, for whatever else would make the dump fail.
   * @param known what they have said
   * @returns problems that are told together with these
   */
  whenHooked?(company: Company, known: readonly Error[]): Promise<Error[]>;
  /**
   * Sees whatever must be seen before the program stands still. Hooks have run, garbage has been collected; the program
   * still answers.
   */
  prepare(details: ReadyDetails): Promise<void>;
  /** The number of bytes that making the image takes at most, beside the image itself. */
  readonly meanwhile: number;
  /** Returns PIDs, as seen from here, of the processes that go into the image; none when the program has ended. */
  processes(): number[];
  /**
   * Writes the program into an empty directory. All stand still, with an eye on their mailboxes.
   * @returns undefined where they still do; else for how long the program stood still, in milliseconds: it has gone on
   */
  write(writing: Writing): Promise<number | undefined>;
  /** Tells a program that has gone on what has become of its image: `K`, or `F` and why there is none. */
  outcome?(text: string): Promise<void>;
  /** Makes of these files an image that is whole: with manifest, restore.conf and all that a restore needs. */
  describe(partial: string): Promise<{ size: number }>;
  /** Lets processes run that were stopped for the dump, so that they look at their mailboxes. */
  letRun(): void;
  /** Ends the program, whose image is under its name. */
  end(): Promise<void>;
  /** Lets go of what this side has open, whatever happened. */
  close(): Promise<void>;
}

export interface Writing {
  /** The directory, beside the image's place; exists, is locked and is empty. */
  partial: string;
  /** The lease of an engine with a supervisor: processes that work on the program hold on to it. */
  lease: Lease | undefined;
  /** Notes a signal to this command meanwhile. */
  interruption: Interruption;
  mailboxes: Mailboxes;
}

/** The request that `crac restore` was given. */
export interface RestoreRequest {
  image: string;
  cwd: string;
  environment: NodeJS.ProcessEnv;
  /** The new arguments; undefined: those of the checkpoint stay. */
  args: string[] | undefined;
  /** The time in seconds until the program must have run its hooks; 0 for no limit. */
  timeout: number;
}

export interface ImageProcess {
  pid: number;
  parent: number;
  threads: number;
}

export const notEmpty = (value: string): string | undefined =>
  value === '' ? 'must not be empty' : undefined;

/** The request that `crac notify after-restore` was given. */
export interface GoOnRequest {
  record: ProgramRecord;
  /** The new variables of the program's environment; the rest stays. */
  environment: Record<string, string>;
  /** The time in seconds until the program must have run its hooks; 0 for no limit. */
  timeout: number;
}

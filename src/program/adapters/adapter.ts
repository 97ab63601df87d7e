import type { Doors } from './doors.ts';

/** What an adapter is: the shapes that the loader in the preload and the adapters in dist/adapters/ agree on. */

/** From this version on, and below that one: `['8.11', '9']` is >=8.11.0 <9.0.0. */
export type VersionRange = readonly [from: string, below: string];

/** One package and what is done with its files when the program loads them. */
export interface Adapter {
  package: string;
  /** Those it was tried with; for others nothing is hooked, and the checkpoint says so. */
  versions: readonly VersionRange[];
  /** Other packages that open its connections for it: those are this adapter's too. */
  carriers?: readonly string[];
  /** What happens without it and what to do, a sentence; the default is about connections. */
  without?: string;
  /** By path in the package, with `/`; `dist/*` for the files of one folder that have no hook of their own. */
  files: Readonly<Record<string, FileHook>>;
  /**
   * Where a Node before 22.15 imports ES modules, nothing can be appended to them: then these files, by path in the
   * package, are renewed after a restore by what they export. They must be harmless to load.
   */
  renewals?: Readonly<Record<string, (exports: never) => void>>;
  /** Called once for each place in which the program has the package, before its first file runs. */
  start?(api: AdapterApi): void;
}

/**
 * `install` sees the exports of a CommonJS file before anybody else does. `append` is source that is put at the file's
 * end and sees its variables: for ES modules, whose exports cannot be touched, and for state that is not exported.
 * Where a bundler has named the variables, it is made from the file's source. `rewrite` returns the source to evaluate,
 * and the same one for what it has rewritten itself: a file may come through two loaders.
 */
export type FileHook =
  | Install
  | { append?: Append; rewrite?: (source: string, api: AdapterApi) => string; install?: Install };
export type Append = string | ((source: string) => string);

/**
 * What it returns, if anything, takes the place of the exports.
 * (`never`: each adapter names the shape that it expects.)
 */
export type Install = (exports: never, api: AdapterApi) => unknown;

/**
 * For a class that is known by its methods, in a bundle: changes the prototype, when its first object begins to be made.
 * A function that it returns is called with each object, before its constructor has done anything.
 */
export type ShapeInstall = (prototype: never, api: AdapterApi) => unknown;

export interface AdapterApi {
  /** `of a bundle` where it is not known. */
  readonly version: string;
  /** Where new work waits before a freeze. */
  readonly doors: Doors;
  /** Takes part in each checkpoint from now on. */
  register(resource: AdapterResource): void;
  /** The next checkpoint says this, once: for what only the application can do, with the lines to write. */
  warn(text: string): void;
}

/** Hooks run after the program's own resources before a checkpoint, and before them after it. */
export interface AdapterResource {
  name: string;
  /** Finishes work in flight, before descriptors are counted. New work may come. A rejection fails the checkpoint. */
  beforeCheckpoint?(): void | Promise<void>;
  /** Files that the engine need not keep open: they are opened again after the dump, whatever has become of them. */
  files?(): string[];
  /** First of all in an attempt to find a quiet moment: no more work comes in from outside, as messages do. */
  stopSources?(): void | Promise<void>;
  /**
   * What is in flight that ends only if the program does more (a transaction, a message that it has not acknowledged),
   * with words for each. It may need all that `doors.ask` stands before, so that door is closed later.
   */
  openWork?(): ReadonlyMap<object, string>;
  /** Connections that are let go of, where Node's own modules or a bundle have opened them. */
  sockets?(): Iterable<object | undefined>;
  /** Before `beforeFreeze` of all: for what is to be sent on connections that others then let go of. */
  flush?(): void | Promise<void>;
  /** Shortly before the freeze, perhaps several times, with both doors closed: whatever takes turns of the loop. */
  beforeFreeze?(): void | Promise<void>;
  /**
   * Asked in the freeze's own turn: what is in flight, in words. If there is anything, `reopen`, a while and
   * `beforeFreeze` come again; after the limit the checkpoint fails and says these words.
   */
  inFlight?(): string | undefined;
  /**
   * In the freeze's own turn, when nothing is in flight: closes what the dump would cut. Nothing that is asked for
   * may be left waiting: every copy would do it.
   */
  letGo?(): void;
  /** Undoes `beforeFreeze`: something else is still in flight. */
  reopen?(): void;
  /** Also after a checkpoint that failed or left the program running. */
  afterRestore?(change: Change): void | Promise<void>;
}

export interface Change {
  /** False: the program goes on where it was. */
  readonly restored: boolean;
  /** The environment at the checkpoint. */
  readonly before: NodeJS.ProcessEnv;
  /** The environment now. */
  readonly now: NodeJS.ProcessEnv;
}

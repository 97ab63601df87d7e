import type { Doors } from './doors.ts';

/** What an adapter is: the shapes that the loader in the preload and the adapters in dist/adapters/ agree on. */

/** A half-open range: `['8.11', '9']` is >=8.11.0 <9.0.0. */
export type VersionRange = readonly [from: string, below: string];

/** One package, and what is done with its files when the program loads them. */
export interface Adapter {
  package: string;
  /** Versions that the adapter was tried with. In others nothing is hooked, and the checkpoint says so. */
  versions: readonly VersionRange[];
  /** Names of other packages that open connections for this one: their connections are this adapter's too. */
  carriers?: readonly string[];
  /** A sentence: what happens without the adapter, and what to do. The default is about connections. */
  without?: string;
  /**
   * Hooks by the file's path in the package, with `/`; `dist/*` stands for all files of a folder without a hook of
   * their own.
   */
  files: Readonly<Record<string, FileHook>>;
  /**
   * Files, by path in the package, that are renewed after a restore through their exports, where Node (before 22.15)
   * imports them as ES modules and nothing can be appended to them. Loading them must be harmless.
   */
  renewals?: Readonly<Record<string, (exports: never) => void>>;
  /** Called once for each place in which the program has the package, before its first file runs. */
  start?(api: AdapterApi): void;
}

/**
 * `install` sees the exports of a CommonJS file before anybody else does. `append` is source that is put at the file's
 * end and sees its variables: for ES modules, whose exports cannot be touched, and for state that is not exported.
 * Where a bundler has named the variables, `append` is a function of the file's source. `rewrite` returns the source to
 * evaluate, and returns its own results unchanged: a file may come through two loaders.
 */
export type FileHook =
  | Install
  | { append?: Append; rewrite?: (source: string, api: AdapterApi) => string; install?: Install };
export type Append = string | ((source: string) => string);

/**
 * A function that is given a file's exports. Its result, if any, takes the place of the exports. (`never`: each adapter
 * names the shape that it expects.)
 */
export type Install = (exports: never, api: AdapterApi) => unknown;

/**
 * A function for a class that is known by its methods, in a bundle: it changes the prototype when the first object
 * begins to be made. A function that it returns is called with each object, before its constructor has done anything.
 */
export type ShapeInstall = (prototype: never, api: AdapterApi) => unknown;

export interface AdapterApi {
  /** The package's version; `of a bundle` where it is not known. */
  readonly version: string;
  /** The doors at which new work waits before a freeze. */
  readonly doors: Doors;
  /** Makes `resource` take part in each checkpoint from now on. */
  register(resource: AdapterResource): void;
  /**
   * Puts `text` into the next checkpoint's notes, once: for what only the application can do, with the lines to write.
   */
  warn(text: string): void;
}

/**
 * The hooks of an adapter. They run after the program's own resources before a checkpoint, and before them after it.
 */
export interface AdapterResource {
  name: string;
  /** Finishes work in flight, before descriptors are counted. New work may come. A rejection fails the checkpoint. */
  beforeCheckpoint?(): void | Promise<void>;
  /**
   * Returns files that the engine need not keep open: they are opened again after the dump, whatever has become of
   * them.
   */
  files?(): string[];
  /** Stops work that comes in from outside, such as messages. Called first in each attempt to find a quiet moment. */
  stopSources?(): void | Promise<void>;
  /**
   * Returns the work in flight that ends only if the program does more (a transaction, an unacknowledged message), with
   * words for each piece. Such work may need everything behind `doors.ask`, so that door is closed later.
   */
  openWork?(): ReadonlyMap<object, string>;
  /** Returns the connections that the adapter lets go of and that Node's own modules or a bundle have opened. */
  sockets?(): Iterable<object | undefined>;
  /** Sends what must go out on connections that others then let go of. Called before every `beforeFreeze`. */
  flush?(): void | Promise<void>;
  /**
   * Does what takes turns of the loop, shortly before the freeze and with both doors closed. It may be called several
   * times.
   */
  beforeFreeze?(): void | Promise<void>;
  /**
   * Returns what is in flight, in words; called in the freeze's own turn. If anything is, `resume`, a while and
   * `beforeFreeze` come again; after the limit the checkpoint fails with these words.
   */
  inFlight?(): string | undefined;
  /**
   * Closes what the dump would cut; called in the freeze's own turn, when nothing is in flight. No request may be left
   * waiting for an answer: every copy would make it again.
   */
  letGo?(): void;
  /** Undoes `beforeFreeze`, because something else is still in flight. */
  resume?(): void;
  /** Takes hold again; also called after a checkpoint that failed or left the program running. */
  afterRestore?(change: Change): void | Promise<void>;
}

export interface Change {
  /** True in a restored copy; false where the program goes on where it was. */
  readonly restored: boolean;
  /** The environment at the checkpoint. */
  readonly before: NodeJS.ProcessEnv;
  /** The environment now. */
  readonly now: NodeJS.ProcessEnv;
}

import type { ChildProcess } from 'node:child_process';

/** The place and the time at which something was opened; the stack is formatted only when somebody reads it. */
export interface Provenance {
  /** An error whose stack starts at the application's call. */
  error: { readonly stack?: string | undefined };
  /** The time in epoch milliseconds. */
  time: number;
  thread: string;
  /** The act of the thread, for the message: `opened`, `connected`, … */
  act: Act;
  /** The path of a file, as the program gave it. */
  path?: string;
}

export type Act =
  | 'opened'
  | 'connected'
  | 'listened'
  | 'accepted'
  | 'spawned'
  | 'watched'
  | 'made'
  | 'native'
  | 'inspector';

export type StackDepth = 'off' | 'on' | 'deep';

const FRAMES = { on: 12, deep: 64 };

type AnyFunction = (...args: never[]) => unknown;

class OpenedHere extends Error {
  override name = 'opened';
}

/**
 * The things that this thread has opened. Entries of what was closed are overwritten or collected with their object.
 */
export class Records {
  readonly #frames: number;
  /** Returns the name of this thread, for messages. Not known before the thread runs its script. */
  readonly #thread: () => string;
  /** What `fs` opened, by descriptor number. */
  readonly byNumber = new Map<number, Provenance>();
  /** Directories that are being read, by path: they have no number in JavaScript. */
  readonly byPath = new Map<string, Provenance>();
  /** Sockets and servers. */
  readonly byObject = new WeakMap<object, Provenance>();
  /** Sockets that were connected; those that the program has let go of are dropped from time to time. */
  readonly connected = new Set<WeakRef<object>>();
  /** Children, with the streams to them. */
  readonly children: { child: WeakRef<ChildProcess>; provenance: Provenance }[] = [];
  firstWatch: Provenance | undefined;

  constructor(depth: Exclude<StackDepth, 'off'>, thread: () => string) {
    this.#frames = FRAMES[depth];
    this.#thread = thread;
  }

  /** @param entry the function that the application called: its frame and those above are left out */
  here(act: Act, entry: AnyFunction, path?: unknown): Provenance {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = this.#frames;
    const error = new OpenedHere();
    Error.captureStackTrace(error, entry);
    Error.stackTraceLimit = limit;
    const thread = this.#thread;
    return {
      error,
      time: Date.now(),
      get thread() {
        return thread();
      },
      act,
      ...(path !== undefined && { path: typeof path === 'string' ? path : String(path) }),
    };
  }
}

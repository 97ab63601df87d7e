import { join } from 'node:path';

/** The native part, loaded into the program: only what JavaScript cannot do (native/addon/). Each call throws with `code`, `errno` and `syscall` when the kernel refuses it. */
export interface Addon {
  /** Makes a memory file; the engine knows it by this name at restore. */
  memoryFile(name: string): number;
  /** Puts `from` at number `to`. */
  duplicate(from: number, to: number): void;
  /** Does lseek from the start. */
  seek(fd: number, position: number): void;
  /**
   * Takes a lock of the kernel without waiting.
   * @param kind 0 POSIX, 1 flock, 2 of an open file
   * @returns 0, or the PID of who has it, or -1 where that is not known
   */
  lock(fd: number, kind: number, write: boolean, start: number, length: number): number;
  epollControl(add: boolean, epoll: number, fd: number, events: number, data: number): void;
  /** Returns the path of a unix socket that listens, and '' for any other socket that does; undefined else. */
  listens(fd: number): string | undefined;
  /** Lists inode, peer's inode, inode, peer's inode, … of every connected unix socket. */
  unixPeers(): number[];
  /**
   * Returns epoch milliseconds, thread id, and the frames, innermost first, if native code other than node opened this
   * number.
   */
  openedBy(fd: number): [number, number, ...string[]] | undefined;
  /** Makes the parent keep these descriptors open while the program is dumped. */
  park(socketPath: string, fds: number[]): void;
  /** Returns new numbers for the parked descriptors, in the same order. */
  unpark(socketPath: string): number[];
  /**
   * Blocks the thread until the mailbox has content.
   * @param connection to whoever writes there: when that is closed, the answer is F and why; -1 for none
   */
  wait(mailbox: number, connection: number): string;
  /** Blocks the thread of a restored program until the engine has ended. */
  released(mailbox: number): void;
  /** Maps the page of native/generation.h; undefined in a process that is not in a program's tree. */
  generationPage(): ArrayBuffer | undefined;
  /** Tells whether the program stands in no namespaces: then that page is in its record. */
  isAlone(): boolean;
  /** Sets who may draw randomness from OpenSSL, in all processes of the tree: a GATE_… of native/generation.h. */
  setGate(gate: number): void;
  /** Returns how often this thread has drawn from OpenSSL's generator; -1 where that is not known. */
  draws(): number;
  isMainThread(): boolean;
  /**
   * Tells whether every program that is started here gets our part, whatever its environment (native/preload/carry.c).
   */
  carries(): boolean;
  /** Finds out what native/preload/fork-aware.c must know before a dump. */
  beforeCopy(): void;
  /**
   * Gives a copy's native code that knows what a fork is, and OpenSSL, fresh entropy; false where the node binary does
   * not export it.
   */
  reseed(): boolean;
  /**
   * What the next copy has in its environment anyway: in the payload that `wait` and `directStand` return there, what is
   * the same is left out.
   * @param text NAME=VALUE and a NUL, again and again
   */
  noteEnvironment(text: string): void;
  /** What the kernel keeps for this process and an engine does not carry, noted before a dump. */
  noteSettings(): void;
  /** In a copy. @returns what could not be put back, if anything */
  putBackSettings(): string | undefined;
  /** A text that changes with the file; undefined where there is none. */
  fileMark(path: string): string | undefined;
  /**
   * Notes which pages this copy has written, if whoever restores it has asked for it: to be called when who waited for the
   * copy is served.
   */
  noteWrittenPages(): void;
  /** Lists address and length of each run of pages of its image that this copy has written by now. */
  writtenPages(): number[];
  /** Gives freed C memory back to the kernel. */
  trim(): void;
  /** Counts so many nanoseconds as idle time of this thread's loop; false where libuv's counter is not found. */
  countAsIdle(nanoseconds: number): boolean;
  /** Makes this thread's Date ask for the time zone anew; false where the node binary does not export that. */
  forgetTimeZone(): boolean;
  /**
   * Starts a process that is no child of this one, without standard input; what it prints goes to standard error.
   * Returns its PID.
   */
  startApart(argv: string[]): number;
  /**
   * Blocks the thread as `wait` does, and writes this process into an image when the command says so over the socket.
   * @param slots number and standard stream, number and standard stream, …
   * @param member the PID of a child of the program's first process; 0 in that one
   * @param snapshot empty; or `S`: has a child write the image, and returns at once: `S`, its number, and a connection to
   * the command; or `N` and why it stands still instead, which the command hears
   */
  directStand(socketPath: string, mailbox: number, slots: number[], member: number, snapshot: string): string;
  /** Has a thread read, while the program runs, what takes long and holds for the next snapshot. */
  directAhead(): void;
  /** Tells whether that is done, or cannot be. */
  directIsAhead(): boolean;
  /** Takes note of the end of a child that sends no signal. @returns false while it lives */
  reap(child: number): boolean;
  /**
   * In a copy by the engine direct, tells libuv the PIDs that this process's children have now.
   * @returns old and new, old and new, …
   */
  takeChildren(): number[];
  /**
   * Executes another program in this process.
   * @param keep whether descriptors that this process has inherited stay; else only its standard streams are left
   */
  replaceProcess(argv: string[], environment: string[], keep: boolean): never;
}

/**
 * Loads the native part, relative to dist/, where the bundles stand. Undefined where it is not built: then `crac run`
 * has not started this process, for it would have refused to.
 */
export function loadAddon(): Addon | undefined {
  const path = join(__dirname, '../native/build/addon.node');
  try {
    return require(path) as Addon;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

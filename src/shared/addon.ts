import { join } from 'node:path';

/** The native part, loaded into the program: only what JavaScript cannot do (native/addon/). Each call throws with `code`, `errno` and `syscall` when the kernel refuses it. */
export interface Addon {
  /** A new memory file; the engine knows it by this name at restore. */
  memoryFile(name: string): number;
  /** Puts `from` at number `to`. */
  duplicate(from: number, to: number): void;
  /** lseek from the start. */
  seek(fd: number, position: number): void;
  /**
   * Takes a lock of the kernel without waiting.
   * @param kind 0 POSIX, 1 flock, 2 of an open file
   * @returns 0, or the PID of who has it, or -1 where that is not known
   */
  lock(fd: number, kind: number, write: boolean, start: number, length: number): number;
  epollControl(add: boolean, epoll: number, fd: number, events: number, data: number): void;
  /** inode, peer's inode, inode, peer's inode, … of every connected unix socket. */
  unixPeers(): number[];
  /** Epoch milliseconds, thread id, and the frames, innermost first, if native code other than node opened this number. */
  openedBy(fd: number): [number, number, ...string[]] | undefined;
  /** The parent keeps these descriptors open while the program is dumped. */
  park(socketPath: string, fds: number[]): void;
  /** New numbers for the parked descriptors, in the same order. */
  unpark(socketPath: string): number[];
  /** Blocks the thread until the mailbox has content. */
  wait(mailbox: number): string;
  /** Blocks the thread of a restored program until the engine has ended. */
  released(mailbox: number): void;
  /** The page of native/generation.h; undefined in a process that is not in a program's tree. */
  mark(): ArrayBuffer | undefined;
  /** Whether that page is this process's alone: its children are not of the tree. */
  isAlone(): boolean;
  /** Who may draw randomness from OpenSSL, in all processes of the tree: a GATE_… of native/generation.h. */
  setGate(gate: number): void;
  /** How often this thread has drawn from OpenSSL's generator; -1 where that is not known. */
  draws(): number;
  isMainThread(): boolean;
  /** Whether every program that is started here gets our part, whatever its environment (native/preload/carry.c). */
  carries(): boolean;
  /** What native/preload/fork-aware.c has to find out before a dump. */
  beforeCopy(): void;
  /** In a copy: fresh entropy for native code that knows what a fork is, and for OpenSSL; false where the node binary does not export it. */
  reseed(): boolean;
  /** Gives freed C memory back to the kernel. */
  trim(): void;
  /** This thread's loop was idle for so many nanoseconds; false where libuv's counter is not found. */
  countAsIdle(nanoseconds: number): boolean;
  /** This thread's Date asks for the time zone anew; false where the node binary does not export that. */
  forgetTimeZone(): boolean;
  /** Starts a process that is no child of this one, without standard input; what it prints goes to standard error. */
  startApart(argv: string[]): void;
  /**
   * Blocks the thread as `wait` does, and writes this process into an image when the command says so over the socket.
   * @param slots number and standard stream, number and standard stream, …
   */
  directStand(socketPath: string, mailbox: number, mark: string, slots: number[]): string;
  /** @param keep descriptors that this process has inherited; else only its standard streams are left */
  replaceProcess(argv: string[], environment: string[], keep: boolean): never;
}

/**
 * Relative to dist/, where the bundles stand. Undefined where it is not built: then `crac run` has not started this
 * process, for it would have refused to.
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

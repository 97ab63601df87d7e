/** Where a platform stops a process that has let go of everything, and how the process hears that it goes on. */
export type Point = Standing | Turning;

interface Common {
  /** Says that it has let go, connects: whatever takes turns of the loop. */
  ready(): Promise<void>;
  /** The standstill is over, whatever has come of it. */
  over?(): void;
  /** The hooks have run that take hold again. */
  concluded?(error?: unknown): void;
}

/** Blocks this thread: nothing of the program runs before it has been put right. */
export interface Standing extends Common {
  /** @returns what Standstill.wake takes: R and a payload, C, or F and why */
  stand(): string;
}

/** For a platform whose word comes over the program's own loop. */
export interface Turning extends Common {
  wait(): Promise<string>;
}

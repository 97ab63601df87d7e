/** The place where a platform stops a process that has let go of everything, and how the process learns that it goes on. */
export type Point = Standing | Turning;

interface Common {
  /** Does whatever takes turns of the loop: says that the process has let go, connects. */
  ready(): Promise<void>;
  /** Called when the standstill is over, whatever has come of it. */
  over?(): void;
  /** Called when the hooks have run that take hold again. */
  concluded?(error?: unknown): void;
}

/** A point that blocks this thread: nothing of the program runs before it has been put right. */
export interface Standing extends Common {
  /** @returns what Standstill.wake takes: R and a payload, C, or F and why */
  stand(): string;
}

/** A point of a platform whose word comes over the program's own loop. */
export interface Turning extends Common {
  wait(): Promise<string>;
}

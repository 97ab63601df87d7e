/**
 * What a program's members (preload) and the agent (`crac checkpoint`) say to each other over the record's sockets: one
 * JSON object a line. docs/formats.md lists the words, docs/decisions/0010-members.md has the conversation.
 */
import type { SerializedError } from '../errors/json.ts';
import type { EngineName } from './engines.ts';

/** A descriptor that gets a placeholder for the dump and the caller's own stream at restore. */
export interface StdioDescriptor {
  /** The number of the descriptor in the program. */
  fd: number;
  /** The caller's stream that it becomes: 0, 1 or 2. */
  slot: 0 | 1 | 2;
}

export interface CheckpointRequest {
  op: 'checkpoint';
  by: 'command' | 'api' | 'signal';
  engine: EngineName;
  image: string;
  leaveRunning: boolean;
  /** True where a program that goes on may have a child write its image (the engine direct). */
  snapshot?: boolean;
  dryRun: boolean;
  /** True where every open descriptor is to be told, as in a dry run. */
  printResources: boolean;
  /** Milliseconds that work in flight is given (`--wait`). */
  wait?: number;
  /** True where an error is to be made of what would be a note (`--strict`). */
  strict?: boolean;
  /** The garbage to be collected (`--collect`); missing: all. */
  collect?: Collection;
  /**
   * The processes that decide together. Absent: this process alone decides, and says `failed` or `done` by itself (the
   * engine `pause`).
   */
  company?: {
    /** PIDs, inside, of the program's members; the first is the program. */
    members: number[];
    /** The member that asked, where one did. */
    asker?: number;
  };
}

/** The garbage that is collected before the dump: all, or only new garbage, which keeps optimised code. */
export type Collection = 'all' | 'young';

/** The knowledge that members have of each other when they stand still together. */
export interface Company {
  /** An id that tells one checkpoint from every other. */
  id: string;
  /** The members' PIDs, inside; the first is the program. */
  members: number[];
  /** The PID of the member that hears what `afterRestore` of the others threw. */
  collector: number;
  /** The program's environment: variables that another member has alike follow the caller of a restore. */
  environment: Record<string, string>;
  cwd: string;
}

/** A word of the agent to a member, as an answer to what it said last. */
export type Word =
  /** Nobody's hooks failed. */
  | { op: 'prepare'; engine?: EngineName }
  | { op: 'go'; company?: Company }
  /** All are quiet: stand still for a moment, and hear by the mailbox whether all could. */
  | { op: 'hold' }
  /** Another one was not quiet. */
  | { op: 'again' }
  /** No dump: hooks failed somewhere, with all their errors; or none was to be made. */
  | { op: 'resume'; error?: SerializedError }
  /** The end for the member that asked: what failed in all of them. */
  | { op: 'outcome'; errors: SerializedError[] };

/**
 * The letters that the agent writes into a member's mailbox while it holds still: go on with the dump, or try again
 * later.
 */
export const HELD = { on: 'G', again: 'A' } as const;

/** A message of the agent to the program. */
export type AgentMessage =
  | CheckpointRequest
  | Word
  | { op: 'refuse'; error: SerializedError /** Of the program's own calls, this one. */; call?: number }
  | { op: 'ping' }
  /** Which pages of its image has this copy written? */
  | { op: 'written' };

/** The details of a program for the manifest. */
export interface ProgramDetails {
  node: { version: string; path: string };
  argv: string[];
  environmentNames: string[];
}

/** The details that the agent must know to dump this program. */
export interface ReadyDetails extends ProgramDetails {
  /** True where the program says on dump.sock whether a child writes the image: it knows what the request means. */
  snapshot?: boolean;
  /** The number of the mailbox descriptor in the program. */
  mailbox: number;
  /** The process's environment, for the other members. */
  environment?: Record<string, string>;
  cwd?: string;
  stdio: StdioDescriptor[];
  /** The links of 0, 1 and 2 before placeholders were put there. */
  stdioTargets: string[];
  /** True where the program waits for its standard input by epoll. */
  pollStdin: boolean;
}

/** One line of the census: a descriptor, who accounts for it, and why. */
export interface SerializedDescriptor {
  fd: number;
  kind: string;
  /** The path, the addresses, or what the kernel calls it. */
  what: string;
  /** The owner: `stdio`, `runtime`, `crac`, `adapter`, `policy`, `engine` or `error`. */
  owner: string;
  reason: string;
  /** The child whose descriptor it is; absent for the program's own. */
  process?: { pid: number; command: string };
  /** The demand of a restore on this file; missing: none. */
  restore?: string;
  /** The application's frame that opened it, where it is known. */
  opened?: string;
}

/** A child that a member has started and that has not ended, and the application's line that did it. */
export interface StartedChild {
  pid: number;
  place: string;
}

/** A piece of memory with random bytes of the program's own, and what a copy does with it. */
export interface SerializedRandomness {
  bytes: number;
  /** The number of bytes that each copy draws anew. */
  renewed: number;
  /** The treatment. `gone`: nothing refers to the memory any more, but something may have been made of it. */
  action: 'renewed' | 'kept' | 'gone';
  why: string;
  /** The function that drew them. */
  by: string;
  /** The application's frame that called it. */
  place: string;
  /** The thread's name; absent for the main thread. */
  thread?: string;
  /** The PID of the child whose memory it is; absent for the program's own. */
  process?: number;
}

/** A message of the program to the agent. */
export type ProgramMessage =
  | { event: 'progress'; text: string }
  /** What the user is to know even though the checkpoint succeeds. */
  | { event: 'note'; text: string }
  /** From a member with company: hooks and census are done, with what failed. */
  | { event: 'hooked'; error?: SerializedError }
  | { event: 'ready'; details: ReadyDetails }
  /** Nothing is in flight here. */
  | { event: 'quiet' }
  /** Stands still until the mailbox says more; or cannot just now. */
  | { event: 'held' }
  | { event: 'busy' }
  /** Goes on without a dump; what failed here, first before, then in the hooks that take hold again. */
  | { event: 'resumed'; errors: SerializedError[]; afterwards: SerializedError[] }
  | { event: 'pausable'; details: ProgramDetails }
  | { event: 'census'; descriptors: SerializedDescriptor[] }
  /** Where the engine is not chosen yet: what this one could not carry. */
  | { event: 'obstacles'; engine: EngineName; errors: SerializedError[] }
  /** Who started the processes below this one: an engine that cannot take one along names the line. */
  | { event: 'children'; children: StartedChild[] }
  | { event: 'randomness'; rows: SerializedRandomness[] }
  | { event: 'failed'; error: SerializedError }
  | { event: 'done'; kind: 'simulated' | 'dry-run' }
  | { event: 'pong'; pid: number }
  /** Address and length of each run of pages. */
  | { event: 'written'; pages: number[] };

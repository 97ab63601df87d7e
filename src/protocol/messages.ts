/**
 * What the program (preload) and the agent (`crac checkpoint`) say to each other over the record's `app.sock`:
 * one JSON object a line. This room is the only one that both sides import.
 */
import type { SerializedError } from '../errors/json.ts';

/** A descriptor that gets a placeholder for the dump and the caller's own stream at restore. */
export interface StdioDescriptor {
  /** Its number in the program. */
  fd: number;
  /** Which of the caller's streams it becomes: 0, 1 or 2. */
  slot: 0 | 1 | 2;
}

export interface CheckpointRequest {
  op: 'checkpoint';
  by: 'command' | 'api' | 'signal';
  engine: 'criu' | 'simulate' | 'pause';
  image: string;
  leaveRunning: boolean;
  dryRun: boolean;
  /** Tell of every open descriptor, as a dry run does. */
  printResources: boolean;
  /** What the agent has found that the program cannot see: the checkpoint fails with these, too. */
  problems?: SerializedError[];
  /** Of `--collect`; all garbage where it is not said. */
  collect?: Collection;
}

/** What is collected before the dump: all garbage, or only new garbage, which keeps optimised code. */
export type Collection = 'all' | 'young';

/** agent → program */
export type AgentMessage =
  | CheckpointRequest
  | { op: 'go' }
  | { op: 'refuse'; error: SerializedError }
  | { op: 'ping' };

/** What the manifest says about a program. */
export interface ProgramDetails {
  node: { version: string; path: string };
  argv: string[];
  environmentNames: string[];
}

/** What the agent must know to dump this program. */
export interface ReadyDetails extends ProgramDetails {
  /** Number of the mailbox descriptor in the program. */
  mailbox: number;
  stdio: StdioDescriptor[];
  /** `readlink` of 0, 1 and 2 before placeholders were put there. */
  stdioTargets: string[];
  /** The program waits for its standard input by epoll. */
  pollStdin: boolean;
  /** Inodes of unix sockets whose peer is outside the program: a restored copy finds their other end closed. */
  cut: number[];
}

/** One line of the census: a descriptor, who accounts for it, and why. */
export interface SerializedDescriptor {
  fd: number;
  kind: string;
  /** Path, addresses, or what the kernel calls it. */
  what: string;
  /** `stdio`, `runtime`, `crac`, `adapter`, `policy`, `engine` or `error`. */
  owner: string;
  reason: string;
  /** The child whose it is; absent for the program's own. */
  process?: { pid: number; command: string };
  /** What a restore asks of this file; missing: nothing. */
  restore?: string;
  /** The application's frame that opened it, where it is known. */
  opened?: string;
}

/** program → agent */
export type ProgramMessage =
  | { event: 'progress'; text: string }
  /** What the user is to know even though the checkpoint succeeds. */
  | { event: 'note'; text: string }
  | { event: 'ready'; details: ReadyDetails }
  | { event: 'pausable'; details: ProgramDetails }
  | { event: 'census'; descriptors: SerializedDescriptor[] }
  | { event: 'failed'; error: SerializedError }
  | { event: 'done'; kind: 'simulated' | 'dry-run' }
  | { event: 'pong'; pid: number };

/** The one table of exit codes of every `crac` command (docs/exit-codes.md; native/base/exit-codes.h has the same). */
export const EXIT = {
  ok: 0,
  /** The checkpoint failed; the program goes on. */
  failed: 1,
  usage: 2,
  /** No program, or more than one, is meant. */
  target: 3,
  /** `crac explain` knows no cause. */
  unknown: 4,
  /** Two copies of an image give out the same value. */
  equal: 5,
  /** The engine is missing or failed. */
  engine: 70,
  /** The kernel or the container refuses a namespace. */
  namespace: 71,
  /** The image cannot be used. */
  image: 72,
  /** A port that the image listens on is taken. */
  port: 73,
  /** A time limit ran out. */
  timeout: 74,
} as const;

/** A failure that is told to the user without a stack trace: the message says what to do. */
export class CommandError extends Error {
  readonly exitCode: number;
  /** Whether the program that it is about has been told of it. */
  told = false;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

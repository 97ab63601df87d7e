import { brandError } from './brand.ts';
import { CracError } from './classes.ts';

/** The description of an open descriptor: the fields a program needs to find it. */
export interface OpenDescriptorDetails {
  /** The number of the descriptor. */
  fd: number;
  /** The kind: `regular`, `socket`, `pipe`, … as src/shared/descriptor.ts names them. */
  kind: string;
  /** The path, or `pipe:[inode]` and the like. */
  target: string;
  /** The flags in octal digits, as /proc/self/fdinfo shows them. */
  flags: string;
  /** The position in bytes. */
  position: number;
  local?: string;
  remote?: string;
  state?: string;
  /** The PID, as the program sees it, and the command line of the child whose it is; absent for the program's own. */
  pid?: number;
  command?: string;
}

/**
 * The base of the errors about something open that nobody accounts for, so no image was made. `cause` is the place
 * where it was opened.
 */
export class OpenDescriptorError extends CracError {
  readonly fd!: number;
  readonly kind!: string;
  readonly target!: string;
  readonly flags!: string;
  readonly position!: number;
  readonly local?: string;
  readonly remote?: string;
  readonly state?: string;
  readonly pid?: number;
  readonly command?: string;

  constructor(message: string, details: OpenDescriptorDetails, options: { code: string; cause?: unknown }) {
    super(message, options);
    Object.assign(this, details);
  }
}

type Options = { cause?: unknown };

export class OpenFileError extends OpenDescriptorError {
  constructor(message: string, details: OpenDescriptorDetails, options: Options = {}) {
    super(message, details, { ...options, code: 'ERR_CRAC_OPEN_FILE' });
  }
}

export class OpenSocketError extends OpenDescriptorError {
  constructor(message: string, details: OpenDescriptorDetails, options: Options = {}) {
    super(message, details, { ...options, code: 'ERR_CRAC_OPEN_SOCKET' });
  }
}

export class OpenPipeError extends OpenDescriptorError {
  constructor(message: string, details: OpenDescriptorDetails, options: Options = {}) {
    super(message, details, { ...options, code: 'ERR_CRAC_OPEN_PIPE' });
  }
}

/** The error about anything else: a device, an io_uring ring, a userfaultfd, … */
export class OpenResourceError extends OpenDescriptorError {
  constructor(message: string, details: OpenDescriptorDetails, options: Options = {}) {
    super(message, details, { ...options, code: 'ERR_CRAC_OPEN_RESOURCE' });
  }
}

/** The error of `--strict` about a connection that the dump cuts, of no library that has an adapter. */
export class NotOwnedConnectionError extends OpenDescriptorError {
  constructor(message: string, details: OpenDescriptorDetails, options: Options = {}) {
    super(message, details, { ...options, code: 'ERR_CRAC_CONNECTION_NOT_OWNED' });
  }
}

/**
 * The error about a process that the program started and that has detached itself (a daemon): the engine would leave it
 * out of the image.
 */
export class DetachedProcessError extends CracError {
  /** The PID, as the program sees it. */
  readonly pid: number;
  readonly command: string;

  constructor(pid: number, command: string) {
    super(
      `process ${pid} (${command}) has detached itself from the program: its parent has ended, so it would be in no image and would end with the checkpoint. ` +
        'End it in beforeCheckpoint and start it again in afterRestore, or keep it a child: do not let the process that starts it end.',
      { code: 'ERR_CRAC_DETACHED_PROCESS' },
    );
    this.pid = pid;
    this.command = command;
  }
}

/**
 * The error about a Node process of the program's tree without the preload: all copies would draw the same random
 * numbers there.
 */
export class UnpreparedProcessError extends CracError {
  /** The PID, as the program sees it. */
  readonly pid: number;
  readonly command: string;

  /** @param reason why it has no preload, and what to do */
  constructor(pid: number, command: string, reason: string) {
    super(
      `process ${pid} (${command}) is Node without the preload of crac, so all copies would draw the same random numbers in it: ${reason}.`,
      { code: 'ERR_CRAC_UNPREPARED_PROCESS' },
    );
    this.pid = pid;
    this.command = command;
  }
}

brandError(OpenDescriptorError, 'OpenDescriptorError', 'ERR_CRAC_OPEN_DESCRIPTOR');
brandError(OpenFileError, 'OpenFileError', 'ERR_CRAC_OPEN_FILE');
brandError(OpenSocketError, 'OpenSocketError', 'ERR_CRAC_OPEN_SOCKET');
brandError(OpenPipeError, 'OpenPipeError', 'ERR_CRAC_OPEN_PIPE');
brandError(OpenResourceError, 'OpenResourceError', 'ERR_CRAC_OPEN_RESOURCE');
brandError(NotOwnedConnectionError, 'NotOwnedConnectionError', 'ERR_CRAC_CONNECTION_NOT_OWNED');
brandError(DetachedProcessError, 'DetachedProcessError', 'ERR_CRAC_DETACHED_PROCESS');
brandError(UnpreparedProcessError, 'UnpreparedProcessError', 'ERR_CRAC_UNPREPARED_PROCESS');

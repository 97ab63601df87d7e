import { brandError, hasBrand, headline, isError, safeString } from './brand.ts';

export interface CracErrorOptions {
  /** The error's code: stable, starts with `ERR_CRAC_`. */
  code?: string;
  cause?: unknown;
}

/** The base of every error of this package. Match on `code`: names and messages may change, codes do not. */
export class CracError extends Error {
  readonly code: string;

  constructor(message: string, options: CracErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = options.code ?? 'ERR_CRAC';
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: `this` is the class on the right of `instanceof`, a subclass too.
    return hasBrand(this, value) ?? Function.prototype[Symbol.hasInstance].call(this, value);
  }
}

/**
 * The error of a checkpoint without an image: every hook was told so by `afterRestore`, and the program goes on in the
 * original process.
 */
export class CheckpointError extends CracError {
  /** Everything that went wrong, in the order it happened; nested CheckpointErrors and RestoreErrors are dissolved. */
  readonly errors: Error[];

  constructor(errors: Iterable<unknown>, options: { cause?: unknown } = {}) {
    const flat = flattenErrors(errors);
    const summary = `The checkpoint failed with ${count(flat)}; no image was made, the program goes on`;
    super(withLines(summary, flat), { ...options, code: 'ERR_CRAC_CHECKPOINT_FAILED' });
    this.errors = flat;
  }
}

/**
 * The error of hooks after a good image: the program goes on (restored, or left running), but some `afterRestore` hooks
 * failed.
 */
export class RestoreError extends CracError {
  /** Everything that went wrong, in the order it happened; nested CheckpointErrors and RestoreErrors are dissolved. */
  readonly errors: Error[];

  constructor(errors: Iterable<unknown>, options: { cause?: unknown } = {}) {
    const flat = flattenErrors(errors);
    const summary = `The program goes on after the checkpoint, but afterRestore failed with ${count(flat)}`;
    super(withLines(summary, flat), { ...options, code: 'ERR_CRAC_RESTORE_FAILED' });
    this.errors = flat;
  }
}

/** The error of `checkpointRestore()` in a program that nothing can checkpoint; no hook was notified. */
export class NotImplementedError extends CracError {
  constructor() {
    super(
      'This program cannot be checkpointed, because it was started without an engine. ' +
        'Start the program with `crac run --image DIR app.js`, or ask isImplemented() before checkpointRestore().',
      { code: 'ERR_CRAC_NOT_IMPLEMENTED' },
    );
  }
}

/**
 * The error of a checkpoint that was asked for while one is going on; it arrives as the only member of a
 * CheckpointError.
 */
export class RecursiveCheckpointError extends CracError {
  constructor() {
    super(
      'A checkpoint of this program is going on already. ' +
        'Wait for the first one to settle before asking again, and never ask from within a hook.',
      { code: 'ERR_CRAC_RECURSIVE_CHECKPOINT' },
    );
  }
}

export interface HookTimeoutDetails {
  /** The name of the resource. */
  resource: string;
  hook: 'beforeCheckpoint' | 'afterRestore';
  /** The limit in milliseconds. */
  timeout: number;
}

/**
 * The error of a hook whose promise did not settle within its time limit. The hook itself cannot be stopped and may
 * still be running.
 */
export class HookTimeoutError extends CracError {
  readonly resource: string;
  readonly hook: 'beforeCheckpoint' | 'afterRestore';
  /** The limit in milliseconds. */
  readonly timeout: number;

  constructor({ resource, hook, timeout }: HookTimeoutDetails) {
    super(
      `${hook} of "${resource}" did not finish within ${timeout} ms. ` +
        `Find what it waits for, or give it longer: register(resource, { timeout: ${timeout * 2} }).`,
      { code: 'ERR_CRAC_HOOK_TIMEOUT' },
    );
    this.resource = resource;
    this.hook = hook;
    this.timeout = timeout;
  }
}

/** The error of an engine that could not make the image; the message is its explanation. */
export class EngineError extends CracError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, code: 'ERR_CRAC_ENGINE_FAILED' });
  }
}

/** The error of a program that no engine of this machine can dump; those beside it tell why. */
export class NoEngineError extends CracError {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { ...options, code: 'ERR_CRAC_NO_ENGINE' });
  }
}

/** The error of work with a server, which the dump would cut off, that does not come to an end. */
export class InFlightError extends CracError {
  /**
   * @param work in words
   * @param waited for how many milliseconds, and how many pieces of new work were held back meanwhile
   */
  constructor(work: readonly string[], { limit, held = 0 }: { limit: number; held?: number }) {
    const back = held > 0 ? `, while new work was held back (${held} waiting)` : '';
    super(
      `work is in flight that the dump would cut off: ${work.join('; ') || 'the program asks its servers for something all the time'}. It did not end within ${limit / 1000} s${back}. Finish or stop it in beforeCheckpoint, ask for the checkpoint when there is less to do, or give it longer: crac checkpoint --wait ${Math.ceil((3 * limit) / 1000)}.`,
      { code: 'ERR_CRAC_IN_FLIGHT' },
    );
  }
}

brandError(CracError, 'CracError', 'ERR_CRAC');
brandError(CheckpointError, 'CheckpointError', 'ERR_CRAC_CHECKPOINT_FAILED');
brandError(RestoreError, 'RestoreError', 'ERR_CRAC_RESTORE_FAILED');
brandError(NotImplementedError, 'NotImplementedError', 'ERR_CRAC_NOT_IMPLEMENTED');
brandError(RecursiveCheckpointError, 'RecursiveCheckpointError', 'ERR_CRAC_RECURSIVE_CHECKPOINT');
brandError(HookTimeoutError, 'HookTimeoutError', 'ERR_CRAC_HOOK_TIMEOUT');
brandError(EngineError, 'EngineError', 'ERR_CRAC_ENGINE_FAILED');
brandError(NoEngineError, 'NoEngineError', 'ERR_CRAC_NO_ENGINE');
brandError(InFlightError, 'InFlightError', 'ERR_CRAC_IN_FLIGHT');

/** Dissolves the containers of nested contexts, by CRaC's rule: the outermost error holds every leaf once. */
function flattenErrors(errors: Iterable<unknown>): Error[] {
  return [...errors].flatMap((error) => {
    const nested = error instanceof CheckpointError || error instanceof RestoreError ? error.errors : [];
    return nested.length > 0 ? flattenErrors(nested) : [toError(error)];
  });
}

/** Makes an Error of what was thrown: JavaScript can throw anything. */
export function toError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  const shown = typeof thrown === 'string' ? JSON.stringify(thrown) : safeString(thrown);
  return new CracError(`Something that is not an Error was thrown: ${shown}. Throw an Error to see where.`, {
    code: 'ERR_CRAC_NOT_AN_ERROR',
    cause: thrown,
  });
}

const count = (errors: Error[]): string => (errors.length === 1 ? '1 error' : `${errors.length} errors`);

function withLines(summary: string, errors: Error[]): string {
  const lines = errors.map((error) => `  ${headline(error).replace(/\s*\n\s*/g, ' ')}`);
  return lines.length === 0 ? `${summary}.` : [`${summary}:`, ...lines].join('\n');
}

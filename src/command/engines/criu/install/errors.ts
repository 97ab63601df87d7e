import type { CriuInstall } from './install-record.ts';

/**
 * The error of a machine without a CRIU that can work here. The message lists where was looked and what was wrong with
 * each.
 */
export class EngineNotFoundError extends Error {
  readonly code = 'ERR_CRAC_ENGINE_NOT_FOUND';
  readonly candidates: readonly CriuInstall[];

  constructor(candidates: readonly CriuInstall[], looked: readonly string[], advice = 'crac engine install') {
    const found = candidates.map(({ path, reason }) => `  ${path}: ${reason}`);
    const where = looked.map((place) => `  ${place}`);
    super(
      [
        'no engine that can work on this machine was found.',
        ...(found.length > 0 ? ['These were found:', ...found] : []),
        ...(where.length > 0 ? ['Looked in:', ...where] : []),
        `To install one: ${advice}`,
      ].join('\n'),
    );
    this.name = 'EngineNotFoundError';
    this.candidates = candidates;
  }
}

export type InstallFailure =
  /** There is no package manager that we can ask. */
  | 'package-manager'
  /** The package manager could not reach its archive. */
  | 'unreachable'
  /** The archive has no CRIU that is new enough. */
  | 'too-old'
  /** Anything else: no room, no right to write, a package that does not work. */
  | 'failed';

/** The error of a `crac engine install` that did not succeed; nothing was left behind. */
export class EngineInstallError extends Error {
  readonly code = 'ERR_CRAC_ENGINE_INSTALL';
  readonly reason: InstallFailure;

  constructor(reason: InstallFailure, message: string, advice: string, options?: ErrorOptions) {
    super(`the engine was not installed: ${message}\n${advice}`, options);
    this.name = 'EngineInstallError';
    this.reason = reason;
  }
}

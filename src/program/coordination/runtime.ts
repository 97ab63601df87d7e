import { CracError } from '../../shared/errors/classes.ts';
import { Context } from './context.ts';

export interface CheckpointOptions {
  /**
   * Whether this process goes on, instead of ending when the image was made. With the engine `direct` it does so in
   * milliseconds, and the image, which a child of it writes, may still fail. Default false.
   */
  leaveRunning?: boolean;
  /** The directory for the image. Default: the one given to `crac run --image`. */
  image?: string;
}

/** The bridge that the preload installs; without it nothing can be checkpointed. */
export interface EngineBridge {
  readonly name: string;
  /** Settles as `checkpointRestore()` does. Must go through `runCheckpointCycle`. */
  checkpointRestore(options: CheckpointOptions): Promise<void>;
  /** Tells `crac build` that the program is ready. Absent in the preload of an older version. */
  ready?(): void;
}

/** State of the process that every copy of this package shares. */
export interface Runtime {
  readonly version: 1;
  readonly globalContext: Context;
  engine?: EngineBridge;
  /** The wall clock at the last restore, milliseconds since the epoch; -1 if never restored. */
  restoreTime: number;
  /** `monotonicNow()` at the last restore; -1 if never restored. */
  restoredAtMonotonic: number;
  /** True while a checkpoint's hooks are running, whoever asked for it. Kept by `runCheckpointCycle`. */
  checkpointing: boolean;
  /** True when the dump has ended or was abandoned, and `afterRestore` hooks are running. Absent in older copies. */
  resuming?: boolean;
  /**
   * Callbacks that are called in each restored copy, in order of registration. Absent where nobody has registered one.
   */
  copyCallbacks?: Set<{ callback: () => void }>;
  /** Keeps random bytes the same in all copies; installed by the preload. */
  keepRandom?: (bytes: ArrayBufferView | ArrayBufferLike) => void;
  /** True while a `checkpointRestore()` has not settled. Its cycle may not have begun yet. */
  requested: boolean;
}

const RUNTIME = Symbol.for('node-crac.runtime');
const VERSION = 1;

/**
 * Returns the runtime of this thread: whichever copy of the package asks first makes it, the others find it.
 * @throws CracError `ERR_CRAC_VERSION_MISMATCH` if a copy that cannot share its state with this one was there first
 */
export function sharedRuntime(): Runtime {
  const found = (globalThis as { [RUNTIME]?: Runtime })[RUNTIME];
  if (found === undefined) return createRuntime();
  if (found.version === VERSION) return found;
  throw new CracError(
    `Two versions of node-crac that cannot work together are loaded (state ${found.version} and ${VERSION}). ` +
      'Install the same version for the program and for the `crac` command.',
    { code: 'ERR_CRAC_VERSION_MISMATCH' },
  );
}

function createRuntime(): Runtime {
  const runtime: Runtime = {
    version: VERSION,
    globalContext: new Context('global context'),
    restoreTime: -1,
    restoredAtMonotonic: -1,
    checkpointing: false,
    requested: false,
  };
  Object.defineProperty(globalThis, RUNTIME, { value: runtime });
  return runtime;
}

const { hrtime } = process;

/** Reads the clock that `restoredAtMonotonic` uses, in milliseconds; it goes on over a restore without a jump. */
export const monotonicNow = (): number => Number(hrtime.bigint() / 1_000_000n);

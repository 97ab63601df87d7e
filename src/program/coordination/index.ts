export {
  CheckpointError,
  CracError,
  type CracErrorOptions,
  DetachedProcessError,
  EngineError,
  HookTimeoutError,
  InFlightError,
  NotImplementedError,
  NotOwnedConnectionError,
  type OpenDescriptorDetails,
  OpenDescriptorError,
  OpenFileError,
  OpenPipeError,
  OpenResourceError,
  OpenSocketError,
  RecursiveCheckpointError,
  RestoreError,
  UnpreparedProcessError,
} from '../../shared/errors/index.ts';
export { Context } from './context.ts';
export { keepRandom, onCopy } from './copies.ts';
export {
  checkpointRestore,
  getGlobalContext,
  isImplemented,
  ready,
  restoreTime,
  uptimeSinceRestore,
} from './core.ts';
export type { RegisterOptions, Registration, Resource } from './resource.ts';
export type { CheckpointOptions } from './runtime.ts';

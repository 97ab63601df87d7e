export {
  CheckpointError,
  CracError,
  type CracErrorOptions,
  EngineError,
  HookTimeoutError,
  InFlightError,
  NotImplementedError,
  RecursiveCheckpointError,
  RestoreError,
} from '../errors/index.ts';
export { Context } from './context.ts';
export {
  checkpointRestore,
  getGlobalContext,
  isImplemented,
  restoreTime,
  uptimeSinceRestore,
} from './core.ts';
export type { RegisterOptions, Registration, Resource } from './resource.ts';
export type { CheckpointOptions } from './runtime.ts';

import { EngineError } from '../../shared/errors/index.ts';
import { CommandError } from '../base/command-error.ts';

/** Puts what a command says into an error that a program knows. */
export const knownToPrograms = <E>(error: E): E | EngineError =>
  error instanceof CommandError ? new EngineError(error.message) : error;

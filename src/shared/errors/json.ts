import {
  codeOf,
  inProcess,
  isError,
  originOf,
  type ProcessName,
  processOf,
  safeString,
  setOrigin,
} from './brand.ts';
import {
  CheckpointError,
  CracError,
  EngineError,
  HookTimeoutError,
  InFlightError,
  NoEngineError,
  NotImplementedError,
  RecursiveCheckpointError,
  RestoreError,
} from './classes.ts';
import {
  DetachedProcessError,
  NotOwnedConnectionError,
  OpenDescriptorError,
  OpenFileError,
  OpenPipeError,
  OpenResourceError,
  OpenSocketError,
  UnpreparedProcessError,
} from './open.ts';

/** An error as plain JSON, for the way from the program to `crac checkpoint`. */
export interface SerializedError {
  name: string;
  code?: string;
  message: string;
  stack?: string;
  cause?: SerializedError;
  errors?: SerializedError[];
  /** The hook that failed, `resource.hook`. */
  origin?: string;
  /** The process in which it happened, if not the program's first one. */
  process?: ProcessName;
  /** Other plain properties: `errno`, `syscall`, `path`, `timeout`, … */
  details?: Record<string, string | number | boolean>;
}

/** The depth of cause chains that is kept: a chain can be circular, and a reader needs no more than this. */
const DEPTH = 8;
const OWN_FIELDS = new Set(['name', 'code', 'message', 'stack', 'cause', 'errors', '__proto__']);
const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value);

const prototypes = new Map<string, object>();
for (const errorClass of [
  CracError,
  CheckpointError,
  RestoreError,
  NotImplementedError,
  RecursiveCheckpointError,
  HookTimeoutError,
  EngineError,
  NoEngineError,
  DetachedProcessError,
  NotOwnedConnectionError,
  OpenDescriptorError,
  OpenFileError,
  OpenPipeError,
  OpenResourceError,
  OpenSocketError,
  UnpreparedProcessError,
  InFlightError,
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
]) {
  prototypes.set(errorClass.prototype.name, errorClass.prototype);
}

/** @returns JSON without loss of name, code, message, stack, cause, errors; something that is no Error becomes a message */
export function serializeError(error: unknown): SerializedError {
  return serialize(error, DEPTH);
}

function serialize(error: unknown, depth: number): SerializedError {
  if (!isError(error)) return { name: 'Error', message: safeString(error) };
  const { errors, cause } = error as { errors?: unknown; cause?: unknown };
  const code = codeOf(error);
  const origin = originOf(error);
  const process = processOf(error);
  const details = Object.entries(error).filter(([key, value]) => !OWN_FIELDS.has(key) && isPlain(value));
  return {
    name: safeString(error.name),
    ...(code !== undefined && { code }),
    message: safeString(error.message),
    ...(typeof error.stack === 'string' && { stack: error.stack }),
    ...(cause !== undefined && depth > 0 && { cause: serialize(cause, depth - 1) }),
    ...(Array.isArray(errors) && depth > 0 && { errors: errors.map((each) => serialize(each, depth - 1)) }),
    ...(origin !== undefined && { origin }),
    ...(process !== undefined && { process }),
    ...(details.length > 0 && { details: Object.fromEntries(details) }),
  };
}

/**
 * Restores an error: those of this package and JavaScript's own get their class again; others are an Error with their
 * name.
 * @param json from another process, so nothing about its shape is trusted
 */
export function deserializeError(json: unknown): Error {
  const fields: Partial<Record<keyof SerializedError, unknown>> =
    typeof json === 'object' && json !== null ? json : { message: safeString(json) };
  const error = new Error(text(fields.message) ?? '');
  const hidden = (key: string, value: unknown) =>
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  const shown = (key: string, value: unknown) =>
    Object.defineProperty(error, key, { value, writable: true, configurable: true, enumerable: true });

  const name = text(fields.name) ?? 'Error';
  const prototype = prototypes.get(name);
  if (prototype) Object.setPrototypeOf(error, prototype);
  if (error.name !== name) hidden('name', name);
  hidden('stack', text(fields.stack) ?? `${name}: ${error.message}`);
  if (text(fields.code) !== undefined) shown('code', fields.code);
  if (fields.cause !== undefined) hidden('cause', deserializeError(fields.cause));
  if (Array.isArray(fields.errors)) shown('errors', fields.errors.map(deserializeError));
  if (typeof fields.origin === 'string') setOrigin(error, fields.origin);
  const { pid, command } = (fields.process ?? {}) as Partial<ProcessName>;
  if (typeof pid === 'number' && typeof command === 'string') inProcess(error, { pid, command });
  for (const [key, value] of Object.entries(fields.details ?? {})) {
    if (!OWN_FIELDS.has(key) && isPlain(value)) shown(key, value);
  }
  return error;
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

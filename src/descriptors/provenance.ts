import fs from 'node:fs';
import { basename } from 'node:path';

/** Where and when a descriptor was opened; the stack is formatted only when somebody reads it. */
export interface Provenance {
  /** Its stack starts at the application's call. */
  error: Error;
  /** Epoch milliseconds. */
  time: number;
  thread: string;
  /** The path as the program gave it. */
  path: string;
}

export type StackDepth = 'off' | 'on' | 'deep';

const FRAMES = { on: 12, deep: 64 };

/** By number; an entry of a descriptor that was closed is overwritten when the number is used again. */
const opened = new Map<number, Provenance>();

export const provenanceOf = (fd: number): Provenance | undefined => opened.get(fd);

type AnyFunction = (...args: never[]) => unknown;

class OpenedHere extends Error {
  override name = 'opened';
}

/**
 * Replaces the ways by which JavaScript opens files, so that each records its caller. Costs about a microsecond a
 * call; async_hooks would cost every promise of the program and lose the caller's frames besides.
 */
export function recordProvenance(depth: StackDepth, thread: string): void {
  if (depth === 'off') return;
  const frames = FRAMES[depth];
  const remember = (entry: AnyFunction, path: unknown): Provenance => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = frames;
    const error = new OpenedHere();
    Error.captureStackTrace(error, entry);
    Error.stackTraceLimit = limit;
    return { error, time: Date.now(), thread, path: typeof path === 'string' ? path : String(path) };
  };
  wrapSync(remember);
  wrapCallbacks(remember);
  wrapPromises(remember);
  wrapStreams(remember);
  // ES modules that import these by name see the replaced ones only after this.
  (require('node:module') as typeof import('node:module')).syncBuiltinESMExports();
}

type Remember = (entry: AnyFunction, path: unknown) => Provenance;
type Replaceable = Record<string, (...args: unknown[]) => unknown>;

function replace(
  target: Replaceable,
  name: string,
  make: (original: (...args: unknown[]) => unknown) => (...args: unknown[]) => unknown,
): void {
  const original = target[name];
  if (typeof original !== 'function') return;
  const replaced = make(original);
  // The same name, length and own properties (util.promisify.custom): libraries look at them.
  Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(original));
  Object.defineProperty(target, name, {
    value: replaced,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}

function wrapSync(remember: Remember): void {
  replace(
    fs as never,
    'openSync',
    (original) =>
      function openSync(this: unknown, ...args) {
        const fd = Reflect.apply(original, this, args) as number;
        opened.set(fd, remember(openSync, args[0]));
        return fd;
      },
  );
}

function wrapCallbacks(remember: Remember): void {
  replace(
    fs as never,
    'open',
    (original) =>
      function open(this: unknown, ...args) {
        const provenance = remember(open, args[0]);
        const callback = args.at(-1);
        if (typeof callback === 'function') {
          args[args.length - 1] = function (this: unknown, error: unknown, fd: number, ...more: unknown[]) {
            if (!error) opened.set(fd, provenance);
            return Reflect.apply(callback, this, [error, fd, ...more]);
          };
        }
        return Reflect.apply(original, this, args);
      },
  );
}

function wrapPromises(remember: Remember): void {
  replace(
    fs.promises as never,
    'open',
    (original) =>
      function open(this: unknown, ...args) {
        const provenance = remember(open, args[0]);
        const promise = Reflect.apply(original, this, args) as Promise<{ fd: number }>;
        return promise.then((handle) => {
          opened.set(handle.fd, provenance);
          return handle;
        });
      },
  );
}

function wrapStreams(remember: Remember): void {
  for (const name of ['createReadStream', 'createWriteStream']) {
    replace(
      fs as never,
      name,
      (original) =>
        function create(this: unknown, ...args) {
          const provenance = remember(create, args[0]);
          const stream = Reflect.apply(original, this, args) as fs.ReadStream;
          stream.once('open', (fd: number) => opened.set(fd, provenance));
          return stream;
        },
    );
  }
}

/** Whether the record still speaks of this descriptor: its number may have been used again by native code. */
export const speaksOf = (provenance: Provenance, target: string): boolean =>
  basename(provenance.path) === basename(target.replace(/ \(deleted\)$/, ''));

import { isBuiltinLoaded } from '../fixups/loaded.ts';

const { queueMicrotask } = globalThis; // the program may have timers of its own

type AnyFunction = (...words: unknown[]) => unknown;
type Target = Record<string, unknown>;

/**
 * Puts a function before one of Node's, and returns a function that takes it away again, unless somebody has come after
 * us.
 */
function before(
  target: Target,
  name: string,
  action: (words: unknown[]) => void,
  after?: () => void,
): () => void {
  const original = target[name];
  if (typeof original !== 'function') return () => {};
  const ours = function (this: unknown, ...words: unknown[]) {
    action(words);
    const result = Reflect.apply(original as AnyFunction, this, words);
    after?.();
    return result;
  };
  target[name] = ours;
  return () => {
    if (target[name] === ours) target[name] = original;
  };
}

const isCrypto = (name: unknown): boolean => name === 'crypto' || name === 'node:crypto';

/**
 * Calls `action` before the program can have `crypto`, and not at all where it never asks for it: loading it takes some
 * three milliseconds, which is much for a program that starts in forty. A program of ES modules cannot be seen to ask,
 * so there it is called before the first of them is evaluated.
 */
export function whenCryptoLoads(action: () => void): void {
  if (isBuiltinLoaded('crypto')) {
    action();
    return;
  }
  const undo: (() => void)[] = [];
  let isDone = false;
  const now = () => {
    if (isDone) return;
    isDone = true;
    for (const each of undo) each();
    action();
  };
  const Module = require('node:module') as unknown as Target & { prototype: Target };
  let isCommonJs = false;
  let known = 0;
  undo.push(
    before(
      Module,
      '_load',
      ([request, , isMain]) => {
        // Preloads, ours among them, load modules too: only the program's own file tells what it is made of.
        if (isMain === true) isCommonJs = true;
        if (isCrypto(request)) now();
      },
      () => {
        // An ES module that is required may have imported it.
        const { length } = (process as unknown as { moduleLoadList: string[] }).moduleLoadList;
        if (length !== known && isBuiltinLoaded('crypto')) now();
        known = length;
      },
    ),
    before(Module.prototype, '_compile', ([source]) => {
      if (typeof source === 'string' && source.includes('import(')) now();
    }),
    before(process as never, 'getBuiltinModule', ([name]) => {
      if (isCrypto(name)) now();
    }),
    beforeGetting(globalThis, 'crypto', now),
  );
  // The first CommonJS file runs before any microtask; where there is none, the program is made of ES modules.
  queueMicrotask(() => {
    if (!isCommonJs) now();
  });
}

function beforeGetting(target: object, name: string, action: () => void): () => void {
  const property = Object.getOwnPropertyDescriptor(target, name);
  const get = property?.get;
  if (!get || !property.configurable) return () => {};
  const undo = () => Object.defineProperty(target, name, property);
  Object.defineProperty(target, name, {
    ...property,
    get() {
      action();
      return get.call(this);
    },
  });
  return undo;
}

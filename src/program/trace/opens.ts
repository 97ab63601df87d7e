import fs from 'node:fs';
import { wholeStack } from '../../shared/trace-stack.ts';

type AnyFunction = (...args: unknown[]) => unknown;

/** Follows calls for which a thread of libuv's pool opens, where there is no JavaScript on the stack. */
export function followOpens(tell: (fd: number, stack: string) => void): void {
  replace(
    fs as never,
    'open',
    (original) =>
      function open(this: unknown, ...args) {
        const callback = args.at(-1);
        if (typeof callback !== 'function') return Reflect.apply(original, this, args);
        const stack = wholeStack(open);
        args[args.length - 1] = function (this: unknown, error: unknown, fd: number, ...more: unknown[]) {
          if (!error) tell(fd, stack);
          return Reflect.apply(callback, this, [error, fd, ...more]);
        };
        return Reflect.apply(original, this, args);
      },
  );
  replace(
    fs.promises as never,
    'open',
    (original) =>
      function open(this: unknown, ...args) {
        const stack = wholeStack(open);
        const promise = Reflect.apply(original, this, args) as Promise<{ fd: number }>;
        return promise.then((handle) => {
          tell(handle.fd, stack);
          return handle;
        });
      },
  );
  // ES modules that import these by name see the replaced ones only after this call.
  (require('node:module') as typeof import('node:module')).syncBuiltinESMExports();
}

function replace(
  target: Record<string, AnyFunction>,
  name: string,
  make: (original: AnyFunction) => AnyFunction,
): void {
  const original = target[name] as AnyFunction;
  const replaced = make(original);
  // util.promisify and libraries look at the function's own properties.
  Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(original));
  Object.defineProperty(target, name, {
    value: replaced,
    writable: true,
    configurable: true,
    enumerable: true,
  });
}

import { isBuiltinLoaded } from './loaded.ts';
import { nodeBinding } from './node-binding.ts';

type Script = import('node:vm').Script;
type Draw = () => number;
type MakeContext = (this: unknown, object: unknown, ...rest: unknown[]) => unknown;
interface Evaluates {
  evaluate(source: string): (draw: Draw) => void;
}

/**
 * The source that is evaluated in each new context. What stands there as `Math` may be an object of the program's, put
 * in the context's place by `vm.createContext({ Math })`: only the context's own is touched. It gets a function of its
 * own, too, so that nothing in there leads out.
 */
const IN_CONTEXT = `(draw) => {
  'use strict';
  const { getPrototypeOf, prototype, defineProperty } = ({}).constructor;
  if (typeof Math !== 'object' || getPrototypeOf(Math) !== prototype) return;
  const { random } = { random() { return draw(); } };
  defineProperty(Math, 'random', { value: random, writable: true, configurable: true, enumerable: false });
}`;

/**
 * Makes every context draw from its thread's `Math.random`, which has been replaced before (math-random.ts). V8 gives
 * each context a generator of its own, seeded when it is first used from one that lies in memory: in contexts that
 * exist at the checkpoint and in those that are made after the restore `Math.random` would be the same in all copies.
 * jsdom, Next.js, Jest and Vitest make contexts with node:vm, too.
 */
export function replaceInContexts(): void {
  const draw = Math.random;
  if (isBuiltinLoaded('vm')) replaceThroughModule(draw);
  else replaceInBinding(draw);
  replaceInRealms(draw);
}

/** Replaces the function that node:vm takes when it is loaded: nothing else is replaced, and nothing loaded. */
function replaceInBinding(draw: Draw): void {
  const binding = nodeBinding<{ makeContext?: MakeContext }>('contextify');
  const original = binding?.makeContext;
  if (!binding || !original) return;
  binding.makeContext = function makeContext(object, ...rest) {
    const made = Reflect.apply(original, this, [object, ...rest]);
    // With vm.constants.DONT_CONTEXTIFY the binding is given no object, and makes one.
    replaceIn((typeof object === 'symbol' ? made : object) as object, draw);
    return made;
  };
}

/** Replaces through node:vm, which with some options (--experimental-vm-modules) is there before the preload. */
function replaceThroughModule(draw: Draw): void {
  const vm = require('node:vm') as typeof import('node:vm');
  const seen = new WeakSet<object>();
  const once = (context: object): void => {
    if (seen.has(context)) return;
    seen.add(context);
    replaceIn(context, draw);
  };
  const { createContext } = vm;
  vm.createContext = function (...args) {
    const context = Reflect.apply(createContext, this, args);
    once(context);
    return context;
  };
  Object.defineProperties(vm.createContext, Object.getOwnPropertyDescriptors(createContext));
  // Whatever runs something in a new context makes the context inside of the module, and comes by here.
  const prototype = vm.Script.prototype;
  const { runInContext } = prototype;
  run = (script, context) => Reflect.apply(runInContext, script, [context]) as (draw: Draw) => void;
  prototype.runInContext = function (context, ...rest) {
    if (vm.isContext(context)) once(context);
    return Reflect.apply(runInContext, this, [context, ...rest]);
  };
  Object.defineProperties(prototype.runInContext, Object.getOwnPropertyDescriptors(runInContext));
  (require('node:module') as typeof import('node:module')).syncBuiltinESMExports();
}

let script: Script | undefined;
let run = (each: Script, context: object) => each.runInContext(context) as (draw: Draw) => void;

function replaceIn(context: object, draw: Draw): void {
  try {
    script ??= new (require('node:vm') as typeof import('node:vm')).Script(IN_CONTEXT);
    run(script, context)(draw);
  } catch {
    // An object of the program's own stands before this context's Math and lets nobody through, the program neither.
  }
}

/** Replaces in the realms of --experimental-shadow-realm. */
function replaceInRealms(draw: Draw): void {
  const scope = globalThis as { ShadowRealm?: new () => Evaluates };
  const Original = scope.ShadowRealm;
  if (Original === undefined) return;
  const { evaluate } = Original.prototype as Evaluates;
  const ShadowRealm = class ShadowRealm extends Original {
    constructor() {
      super();
      evaluate.call(this, IN_CONTEXT)(draw);
    }
  };
  Object.defineProperty(scope, 'ShadowRealm', {
    value: ShadowRealm,
    writable: true,
    configurable: true,
    enumerable: false,
  });
}

// Captured at load: libraries replace it with one that hides what is built in.
const { toString: sourceOf } = Function.prototype;

/** Functions and classes of the preload's file: scripts/build.mjs appends them to the bundle. Elsewhere there are none. */
export const ownFunctions = { list: (): unknown[] => [] };

/**
 * V8 compiles a function when it is called first, and much of the preload is called only in a restored copy: a third of
 * what a copy does until its first answer was compiling, the same in each copy. So it is compiled before the dump.
 * There is no call of V8's for it but one of its own, which it takes only while this flag is set.
 *
 * @param objects whose methods only a restore calls
 */
export function compileAhead(objects: Iterable<object>): void {
  const v8 = require('node:v8') as typeof import('node:v8');
  const vm = require('node:vm') as typeof import('node:vm');
  const functions = [
    ...ownFunctions.list().flatMap(functionsOf),
    ...[...objects].flatMap((each) => [...functionsOf(each), ...functionsOf(Object.getPrototypeOf(each))]),
  ];
  new (require('node:net') as typeof import('node:net')).Socket().destroy(); // as the last connection ends in each copy
  const known = compilerOf(vm); // where the program was started with that flag itself, which then stays
  if (known === undefined) v8.setFlagsFromString('--allow-natives-syntax');
  try {
    const compile = known ?? compilerOf(vm); // a V8 that has no such call compiles them later
    for (const each of new Set(functions)) if (isCompilable(each)) compile?.(each);
  } finally {
    if (known === undefined) v8.setFlagsFromString('--no-allow-natives-syntax');
  }
}

/** Returns V8's own call for it; undefined where V8 does not take it. */
function compilerOf(vm: typeof import('node:vm')): ((each: unknown) => void) | undefined {
  try {
    return vm.runInThisContext('(f) => { %CompileLazy(f) }') as (each: unknown) => void;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** Lists the functions of an object or a class: itself, its methods and accessors. */
function functionsOf(owner: unknown): unknown[] {
  if (owner === null || (typeof owner !== 'object' && typeof owner !== 'function')) return [];
  const { prototype } = owner as { prototype?: unknown };
  const holders = typeof owner === 'function' && prototype ? [owner, prototype] : [owner];
  const inside = holders.flatMap((holder) =>
    Object.values(Object.getOwnPropertyDescriptors(holder)).flatMap(({ value, get, set }) => [
      value,
      get,
      set,
    ]),
  );
  return [owner, ...inside].filter((each) => typeof each === 'function');
}

/** V8 ends the process for one that is not made of JavaScript: built in, bound, or a proxy. */
const isCompilable = (each: unknown): boolean => !sourceOf.call(each).endsWith('{ [native code] }');

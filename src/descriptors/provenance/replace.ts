type AnyFunction = (...args: unknown[]) => unknown;
export type Replaceable = Record<string, AnyFunction>;

/**
 * Puts a function of ours in the place of a builtin one. It keeps the name, the length and the own properties of the
 * original (util.promisify.custom): libraries look at them.
 */
export function replace(target: unknown, name: string, make: (original: AnyFunction) => AnyFunction): void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  const original = before?.value as AnyFunction | undefined;
  if (typeof original !== 'function') return;
  const replaced = make(original);
  Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(original));
  Object.defineProperty(target, name, { ...before, value: replaced });
}

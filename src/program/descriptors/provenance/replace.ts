type AnyFunction = (...args: unknown[]) => unknown;
export type Replaceable = Record<string, AnyFunction>;

/**
 * Puts a function of ours in the place of a builtin one. It keeps the name, the length and the own properties of the
 * original (util.promisify.custom): libraries look at them. A builtin that Node loads when it is first used stays so.
 */
export function replace(target: unknown, name: string, make: (original: AnyFunction) => AnyFunction): void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  if (before === undefined) return;
  const { get } = before;
  if (get) {
    const replaced = make((...args) => Reflect.apply(get.call(target) as AnyFunction, target, args));
    Object.defineProperty(replaced, 'name', { value: name });
    Object.defineProperty(target, name, { ...before, get: () => replaced });
    return;
  }
  const original = before.value as unknown;
  if (typeof original !== 'function') return;
  const replaced = make(original as AnyFunction);
  Object.defineProperties(replaced, Object.getOwnPropertyDescriptors(original));
  Object.defineProperty(target, name, { ...before, value: replaced });
}

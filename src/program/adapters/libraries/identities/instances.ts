export type Constructor<T> = new (...words: never[]) => T;

/** Calls `made` with every instance of a class, and of the classes that extend it, as it is made. */
export function instances<T extends object>(type: Constructor<T>, made: (each: T) => void): Constructor<T> {
  return new Proxy(type, {
    construct(target, words, newTarget) {
      const instance = Reflect.construct(target, words, newTarget) as T;
      made(instance);
      return instance;
    },
  });
}

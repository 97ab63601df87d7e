/** Returns the objects that the program still has. */
export const live = <T extends object>(references: Iterable<WeakRef<T>>): T[] =>
  [...references].flatMap((reference) => reference.deref() ?? []);

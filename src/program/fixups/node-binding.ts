type Bindings = { binding?(name: string): unknown };

/**
 * Returns one of Node's own native modules, as Node's own files have it: a property that is replaced before they first
 * read it is replaced for them. `process.binding` gives out those that programs have used since the beginning; with
 * --pending-deprecation it warns, which is not the program's concern here.
 * @returns undefined where this Node does not give it out, or may not (--permission)
 */
export function nodeBinding<Binding extends object>(name: string): Binding | undefined {
  return withoutWarning(() => {
    try {
      return (process as Bindings).binding?.(name) as Binding | undefined;
    } catch {
      return undefined;
    }
  });
}

export function withoutWarning<T>(action: () => T): T {
  if (process.noDeprecation) return action(); // with --no-deprecation it cannot be set
  const before = Object.getOwnPropertyDescriptor(process, 'noDeprecation');
  process.noDeprecation = true;
  try {
    return action();
  } finally {
    if (before) Object.defineProperty(process, 'noDeprecation', before);
    else delete (process as { noDeprecation?: boolean }).noDeprecation;
  }
}

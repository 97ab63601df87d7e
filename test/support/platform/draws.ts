/** A line that `draws.cjs` prints. */
export interface Line {
  count: number;
  drawn: Record<string, unknown>;
}

/** Reads the whole lines of JSON that a program has printed, among others. */
export const linesOf = <Printed = Line>(text: string): Printed[] =>
  text
    .split('\n')
    .filter((line) => /^\{.*\}$/.test(line))
    .map((line) => JSON.parse(line) as Printed);

/** Names what both have drawn alike at the same count. */
export function alike(one: readonly Line[], other: readonly Line[]): string[] {
  const names = new Set<string>();
  for (const { count, drawn } of one) {
    const same = other.find((line) => line.count === count);
    for (const [name, value] of Object.entries(same?.drawn ?? {})) if (drawn[name] === value) names.add(name);
  }
  return [...names].sort();
}

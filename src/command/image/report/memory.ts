/** One mapping of a process of an image, and how much of it the image holds. */
export interface MemoryPart {
  process: number;
  start: number;
  end: number;
  kind: string;
  /** The path of the file of a file's mapping; empty for other memory. */
  file: string;
  permissions: string;
  /** The bytes that are not zeros, as the image has them. */
  bytes: number;
}

/** Sums bytes by kind, the largest first; only kinds of which the image holds something. */
export function byKind(parts: readonly MemoryPart[]): { kind: string; bytes: number; mappings: number }[] {
  const kinds = new Map<string, { kind: string; bytes: number; mappings: number }>();
  for (const { kind, bytes } of parts) {
    if (bytes === 0) continue;
    const one = kinds.get(kind) ?? { kind, bytes: 0, mappings: 0 };
    kinds.set(kind, { kind, bytes: one.bytes + bytes, mappings: one.mappings + 1 });
  }
  return [...kinds.values()].sort((a, b) => b.bytes - a.bytes);
}

/** One mapping of a process of an image, and how much of it the image holds. */
export interface MemoryPart {
  process: number;
  start: number;
  end: number;
  kind: string;
  /** Path of the file of a file's mapping; empty for other memory. */
  file: string;
  permissions: string;
  /** Bytes that are not zeros, as the image has them. */
  bytes: number;
}

/** Bytes by kind, the largest first; only kinds of which the image holds something. */
export function byKind(parts: readonly MemoryPart[]): { kind: string; bytes: number; mappings: number }[] {
  const kinds = new Map<string, { kind: string; bytes: number; mappings: number }>();
  for (const { kind, bytes } of parts) {
    if (bytes === 0) continue;
    const one = kinds.get(kind) ?? { kind, bytes: 0, mappings: 0 };
    kinds.set(kind, { kind, bytes: one.bytes + bytes, mappings: one.mappings + 1 });
  }
  return [...kinds.values()].sort((a, b) => b.bytes - a.bytes);
}

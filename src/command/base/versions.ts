const numbers = (version: string): number[] =>
  (/^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? '0').split('.').map(Number);

/** Compares the leading dotted numbers; a release candidate is older than its release. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  const isCandidate = (version: string) => /[-~]?rc\d/.test(version);
  return Number(isCandidate(b)) - Number(isCandidate(a));
}

import type { VersionRange } from './adapter.ts';

const numbers = (version: string): number[] =>
  (version.split(/[-+]/, 1)[0] as string).split('.').map((part) => Number.parseInt(part, 10) || 0);

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** @param version as in package.json; a prerelease counts as its release */
export function isTried(version: string, ranges: readonly VersionRange[]): boolean {
  const wanted = numbers(version);
  return ranges.some(
    ([from, below]) => compare(wanted, numbers(from)) >= 0 && compare(wanted, numbers(below)) < 0,
  );
}

/** Writes ranges for people: `>=8.11 <9`. */
export const describeRanges = (ranges: readonly VersionRange[]): string =>
  ranges.map(([from, below]) => `>=${from} <${below}`).join(' or ');

import { formatBytes, formatTable } from '../../base/format.ts';
import type { Difference } from './diff.ts';

const TITLES: Record<string, string> = {
  fact: 'made',
  label: 'labels',
  environment: 'environment variables',
  port: 'ports',
  cpu: 'used of the CPU',
  memory: 'memory',
  mapped: 'mapped files',
  open: 'open files',
  file: 'files of the image',
};

const SHOWN = 20;

/** Writes a section for each kind of difference; what only one of them has is marked with `-` (A) or `+` (B). */
export function diffText(list: readonly Difference[]): string {
  if (list.length === 0) return 'no difference\n';
  return Object.entries(TITLES)
    .flatMap(([of, title]) => {
      const own = list.filter((one) => one.of === of);
      if (own.length === 0) return [];
      const more = own.length - SHOWN;
      const rows = own.slice(0, SHOWN).map((one) => [mark(one), one.name, ...detail(one)]);
      return [`${title}\n${formatTable(rows)}\n${more > 0 ? `  and ${more} more (--json)\n` : ''}`];
    })
    .join('\n');
}

function mark({ a, b }: Difference): string {
  if (a === undefined) return '  +';
  return b === undefined ? '  -' : '  ~';
}

function detail({ of, a, b }: Difference): string[] {
  if (of === 'environment' || of === 'port') return [];
  if (of === 'memory') return [`${bytes(a)} → ${bytes(b)}`, signed(Number(b ?? 0) - Number(a ?? 0))];
  if (of === 'file') return a !== undefined && b !== undefined ? [`${size(a)} → ${size(b)}`] : [size(a ?? b)];
  return a !== undefined && b !== undefined ? [`${a} → ${b}`] : [String(a ?? b)];
}

const bytes = (value: Difference['a']): string => formatBytes(Number(value ?? 0));
const signed = (value: number): string => `${value < 0 ? '-' : '+'}${formatBytes(Math.abs(value))}`;

/** Formats the size in `SIZE SHA256`. */
const size = (value: Difference['a']): string => bytes(String(value).split(' ')[0]);

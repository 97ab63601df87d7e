import { printable } from '../../shared/protocol/printable.ts';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // The value is compared as it would be printed: 1023.96 KiB are 1.0 MiB.
  while ((unit === 0 ? value : Number(value.toFixed(1))) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** @param milliseconds any length of time */
export function formatDuration(milliseconds: number): string {
  // Each bound is that of what would be printed: 999.6 ms are 1.0 s.
  if (Math.round(milliseconds * 1000) < 1000) return `${Math.round(milliseconds * 1000)} µs`;
  if (Math.round(milliseconds) < 1000)
    return `${milliseconds < 9.95 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** Prints columns as kubectl and checkpointctl do: no borders, no colour. */
export function formatTable(cells: string[][]): string {
  const rows = cells.map((row) => row.map(printable));
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd((widths[column] ?? 0) + 3)))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

export interface Tile<T> {
  item: T;
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Lays out rectangles whose areas are as the weights, near to squares: row by row along the shorter side, a row growing
 * as long as that makes its rectangles less narrow.
 */
export function tiles<T>(
  items: readonly T[],
  weight: (item: T) => number,
  width: number,
  height: number,
): Tile<T>[] {
  const rest = items.filter((item) => weight(item) > 0).sort((a, b) => weight(b) - weight(a));
  const total = rest.reduce((sum, item) => sum + weight(item), 0);
  const scale = total > 0 ? (width * height) / total : 0;
  const placed: Tile<T>[] = [];
  let [x, y, w, h] = [0, 0, width, height];
  while (rest.length > 0) {
    const side = Math.min(w, h);
    const row: T[] = [];
    let area = 0;
    let worst = Number.POSITIVE_INFINITY;
    for (const item of rest) {
      const own = weight(item) * scale;
      const first = weight(row[0] ?? item) * scale;
      const sum = area + own;
      const now = Math.max((side * side * first) / (sum * sum), (sum * sum) / (side * side * own));
      if (now > worst) break;
      [worst, area] = [now, sum];
      row.push(item);
    }
    rest.splice(0, row.length);
    const depth = side > 0 ? area / side : 0;
    let along = 0;
    for (const item of row) {
      const length = depth > 0 ? (weight(item) * scale) / depth : 0;
      placed.push(
        w >= h
          ? { item, x, y: y + along, width: depth, height: length }
          : { item, x: x + along, y, width: length, height: depth },
      );
      along += length;
    }
    if (w >= h) [x, w] = [x + depth, w - depth];
    else [y, h] = [y + depth, h - depth];
  }
  return placed;
}

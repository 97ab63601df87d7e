// A bar chart with a logarithmic axis, as text: no library.

const COLOURS = ['#9aa5b1', '#7b8794', '#d08770', '#5e81ac', '#2f855a'];
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** @param rows `{ name, values: (number | undefined)[] }`, milliseconds; one value for each of `series` */
export function barChart({ title, series, rows }) {
  const bar = 16;
  const left = 150;
  const width = 620;
  const group = series.length * bar + 18;
  const height = 70 + rows.length * group + 30;
  const all = rows.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const high = Math.log10(Math.max(...all, 100) * 1.3);
  const low = Math.log10(Math.min(...all, 10) * 0.7);
  const x = (value) => left + ((Math.log10(value) - low) / (high - low)) * width;
  const out = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 90} ${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="10" y="20" font-size="15" font-weight="bold">${escaped(title)}</text>`,
  ];
  series.forEach((name, index) => {
    const at = 10 + index * 165;
    out.push(`<rect x="${at}" y="32" width="12" height="12" fill="${COLOURS[index]}"/>`);
    out.push(`<text x="${at + 17}" y="42">${escaped(name)}</text>`);
  });
  for (const tick of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000]) {
    if (Math.log10(tick) < low || Math.log10(tick) > high) continue;
    out.push(`<line x1="${x(tick)}" y1="58" x2="${x(tick)}" y2="${height - 26}" stroke="#e4e7eb"/>`);
    out.push(`<text x="${x(tick)}" y="${height - 10}" text-anchor="middle" fill="#52606d">${tick} ms</text>`);
  }
  rows.forEach(({ name, values }, row) => {
    const top = 64 + row * group;
    out.push(
      `<text x="${left - 10}" y="${top + (group - 18) / 2 + 4}" text-anchor="end">${escaped(name)}</text>`,
    );
    values.forEach((value, index) => {
      if (value === undefined) return;
      const y = top + index * bar;
      out.push(
        `<rect x="${left}" y="${y}" width="${(x(value) - left).toFixed(1)}" height="${bar - 2}" fill="${COLOURS[index]}"/>`,
      );
      out.push(
        `<text x="${(x(value) + 5).toFixed(1)}" y="${y + 11}">${value.toFixed(value < 100 ? 1 : 0)}</text>`,
      );
    });
  });
  return `${out.join('\n')}\n</svg>\n`;
}

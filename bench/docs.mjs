// Puts the figures of a run into docs/performance.md and draws the plots beside it.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { METHODS } from './first-response.mjs';
import { barChart } from './svg.mjs';

const BEGIN = '<!-- figures: written by `npm run bench -- --docs` -->';
const END = '<!-- end of figures -->';

function plotFirstResponse(path, results) {
  const rows = Object.entries(results).map(([name, { times }]) => ({
    name,
    values: METHODS.map((method) => times[method]?.median),
  }));
  writeFileSync(
    path,
    barChart({ title: 'Time to the first response, median (logarithmic)', series: METHODS, rows }),
  );
}

function plotRequests(path, results) {
  const ways = Object.keys(Object.values(results)[0]);
  const rows = Object.entries(results).flatMap(([name, times]) =>
    Object.keys(times.cold).map((mark) => ({
      name: `${name}, ${mark}`,
      values: ways.map((way) => times[way][mark].median),
    })),
  );
  writeFileSync(
    path,
    barChart({ title: 'Until the first N requests are answered, median (logarithmic)', series: ways, rows }),
  );
}

export function writeDocs(root, text, results) {
  const page = join(root, 'docs/performance.md');
  const old = readFileSync(page, 'utf8');
  const plots =
    '![Time to the first response](restore-time.svg)\n\n![Until the first N requests are answered](first-requests.svg)';
  const [before] = old.split(BEGIN);
  const [, after] = old.split(END);
  writeFileSync(page, `${before}${BEGIN}\n${text}\n${plots}\n${END}${after}`);
  plotFirstResponse(join(root, 'docs/restore-time.svg'), results['first-response']);
  plotRequests(join(root, 'docs/first-requests.svg'), results.requests);
}

import { expect, test } from 'vitest';
import { CATALOGUE } from '../../../src/command/diagnosis/catalogue/index.ts';
import { explainText } from '../../../src/command/diagnosis/explain-text.ts';
import { formatFinding } from '../../../src/command/diagnosis/format.ts';

const WRAPPERS: [string, (text: string) => string][] = [
  ['as it is', (text) => text],
  ['docker compose', (text) => text.replace(/^/gm, 'app-1  | ')],
  ['journald', (text) => text.replace(/^/gm, 'Nov 25 10:00:00 host app[4711]: ')],
  ['Kubernetes', (text) => text.replace(/^/gm, '2026-11-25T10:00:00.000000000Z stderr F ')],
];

test.each(WRAPPERS)('a line that an answer of ours has quoted and folded is read again: %s', (_, wrap) => {
  const lost = CATALOGUE.flatMap(({ samples }) => samples)
    .filter((sample) => !sample.includes('\n') && sample.length > 100)
    .flatMap((sample) => {
      const [first] = explainText(sample);
      if (first === undefined || first.evidence.length < 97) return [];
      const again = explainText(wrap(formatFinding(first)));
      return again.some(({ code }) => code === first.code) ? [] : [`${first.code}: ${sample}`];
    });
  expect(lost).toEqual([]);
});

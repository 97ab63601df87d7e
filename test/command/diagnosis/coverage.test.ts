import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CATALOGUE } from '../../../src/command/diagnosis/catalogue/index.ts';
import { diagnose } from '../../../src/command/diagnosis/explain-text.ts';
import { hintFor } from '../../../src/command/diagnosis/part-hints.ts';
import { partOf } from '../../../src/command/diagnosis/source-files.ts';
import { ROOT } from '../../support/crac.ts';
import { knownBy, lineOf } from './criu-message.ts';

/** The messages that CRIU 3.0 to 4.2 can print in a checkpoint or a restore: made by scripts/criu-messages.mjs. */
interface Row {
  file: string;
  /** The last version that printed it; empty for 4.2. */
  until: string;
  withReason: boolean;
  known: string;
  /** The message as it is printed; `#` and a fingerprint where no entry knows it. */
  form: string;
}

const ROWS: Row[] = readFileSync(join(ROOT, 'test/command/diagnosis/criu-messages.tsv'), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [file = '', , until = '', kind, known = '', form = ''] = line.split('\t');
    return { file, until, withReason: kind === 'p', known, form };
  });

const KNOWN = ROWS.filter(({ known }) => known !== '');

test('each message that the table calls known is still known, by the same entry', () => {
  const lost = KNOWN.filter(({ file, form, withReason, known }) => knownBy(file, form, withReason) !== known);
  expect(lost.map(({ file, form, known }) => `${file}: ${form} (${known})`)).toEqual([]);
});

/** Messages that are the reason themselves, whatever number is printed behind them. */
const TOLD_ALREADY = ['No subdirs are allowed in log_file name'];

test('no entry is certain about a message whose error number it does not look at', () => {
  const reason = 'Machine is not on the network';
  const unearned = KNOWN.filter(({ withReason, form }) => withReason && !TOLD_ALREADY.includes(form)).flatMap(
    ({ file, form }) =>
      diagnose(lineOf(file, form, reason))
        .findings.filter(({ confidence, rank, cause }) => {
          const isSure = confidence === 'certain' && rank !== 'envelope';
          return isSure && !cause.includes(reason);
        })
        .map(({ code }) => `${code}: ${file}: ${form}`),
  );
  expect(unearned).toEqual([]);
});

test('the table names entries that exist', () => {
  const codes = new Set([...CATALOGUE.map(({ code }) => code), 'aftermath', 'harmless', '?']);
  expect(KNOWN.flatMap(({ known }) => known.split(' ')).filter((code) => !codes.has(code))).toEqual([]);
});

test('of what CRIU 4.2 prints a part is known by an entry, and that share does not fall', () => {
  const current = ROWS.filter(({ until }) => until === '');
  const byEntry = current.filter(({ known }) => /^(?:CRIU|CRAC)_/.test(known)).length;
  const share = (100 * byEntry) / current.length;
  console.log(
    `${byEntry} of ${current.length} messages of CRIU 4.2 are known by an entry (${share.toFixed(1)} %)`,
  );
  expect(share).toBeGreaterThan(52);
});

test('every file that prints is known as a part, and an error of it gets what that part does and what to look at next', () => {
  const files = [...new Set(ROWS.map(({ file }) => file))];
  expect(files.filter((file) => partOf(file) === undefined)).toEqual([]);
  const unsaid = files.filter((file) => hintFor(file)?.command === undefined);
  expect(unsaid).toEqual([]);
  const script = [...new Set(files.map((file) => hintFor(file)?.command))].join('\n');
  expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
  for (const file of files) {
    const line = lineOf(file, 'quite unheard of');
    const { first, findings } = diagnose(line);
    if (findings.length === 0)
      expect(first).toMatchObject({ line, file, part: partOf(file), next: hintFor(file) });
  }
});

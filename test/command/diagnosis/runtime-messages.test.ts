import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diagnose, explainText } from '../../../src/command/diagnosis/explain-text.ts';
import { ROOT } from '../../support/crac.ts';
import { MESSAGES } from './runtime-messages.ts';

test.for(MESSAGES)('$program, $versions: $line', ({ line, code }) => {
  expect(explainText(line).map((finding) => finding.code)).toEqual(code === undefined ? [] : [code]);
});

test('what no entry knows is quoted to the reader', () => {
  const silent = MESSAGES.filter(
    ({ code, line }) => code === undefined && diagnose(line).first === undefined,
  );
  expect(silent.map(({ line }) => line)).toEqual([]);
});

test('docs/runtime-messages.md is up to date', () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/runtime-messages.mjs'), '--check'], {
    stdio: 'inherit',
  });
});

import { expect, test } from 'vitest';
import { explainText } from '../../../src/command/diagnosis/explain-text.ts';
import { commandRefusals, nativeRefusals } from './direct-refusals.ts';

const NATIVE = nativeRefusals();
const COMMAND = commandRefusals();

test('what the engine direct can say is found in its sources', () => {
  expect(NATIVE.length).toBeGreaterThan(120);
  expect(COMMAND.length).toBeGreaterThan(7);
  expect(NATIVE.map(({ line }) => line)).toContain('crac: more memory mappings than this engine writes down');
});

test.for([...NATIVE, ...COMMAND])('$file: $line', ({ line, phases }) => {
  const found = explainText(line);
  expect(found.map(({ code }) => code)).toEqual([expect.stringMatching(/^CRAC_/)]);
  expect(phases).toContain(found[0]?.phase);
});

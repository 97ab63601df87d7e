import { expect, test } from 'vitest';
import { describeRanges, isTried } from '../../../src/program/adapters/version.ts';

const RANGES = [
  ['8.11', '9'],
  ['10.0.2', '10.4'],
] as const;

test.each([
  ['8.10.99', false],
  ['8.11.0', true],
  ['8.100', true],
  ['9.0.0', false],
  ['9.0.0-rc.1', false],
  ['8.11.0-beta.2+build.7', true],
  ['10.0.1', false],
  ['10.0.2', true],
  ['10.3.99', true],
  ['10.4.0', false],
  ['', false],
  ['latest', false],
])('%j: tried is %s', (version, tried) => {
  expect(isTried(version, RANGES)).toBe(tried);
});

test('ranges are told for people', () => {
  expect(describeRanges(RANGES)).toBe('>=8.11 <9 or >=10.0.2 <10.4');
  expect(isTried('1.0.0', [])).toBe(false);
});

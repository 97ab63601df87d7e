import { expect, test } from 'vitest';
import { environmentChanges, noted } from '../../../src/program/fixups/environment.ts';
import { parsePayload } from '../../../src/program/fixups/payload.ts';

const BEFORE = { SAME: 'x', OTHER: '1', GONE: 'y', LD_PRELOAD: '/lib/a.so', EMPTY: '' };

const changed = (fields: string[], own = {}) =>
  environmentChanges(parsePayload(`${['R', 'D/r', ...fields].join('\0')}\0`), own, BEFORE)
    .map(({ name, after }) => `${name} ${after}`)
    .sort();

test('what the native part has left out changes nothing, and what it names is missing', () => {
  const whole = ['ESAME=x', 'EOTHER=2', 'ENEW=z', 'EEMPTY=', 'ELD_PRELOAD=/lib/a.so'];
  const reduced = ['EOTHER=2', 'ENEW=z', 'ELD_PRELOAD=/lib/a.so', 'uGONE', 'p'];
  expect(changed(whole)).toEqual(['GONE undefined', 'NEW z', 'OTHER 2']);
  expect(changed(reduced)).toEqual(changed(whole));
});

test('nothing is missing where nothing is named', () => {
  expect(changed(['ELD_PRELOAD=/lib/a.so', 'p'])).toEqual([]);
});

test('the variables with a part of ours are always told of, so they may be missing unnamed', () => {
  expect(changed(['p'])).toEqual(['LD_PRELOAD undefined']);
  expect(changed(['p'], { LD_PRELOAD: '/own.so' })).toEqual(['LD_PRELOAD /own.so']);
  expect(noted(BEFORE)).toBe('SAME=x\0OTHER=1\0GONE=y\0EMPTY=\0');
});

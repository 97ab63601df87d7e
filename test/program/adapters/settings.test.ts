import { expect, test } from 'vitest';
import { Settings } from '../../../src/program/adapters/libraries/shared/settings.ts';
import { describeRanges, isTried } from '../../../src/program/adapters/version.ts';

const after = (before: NodeJS.ProcessEnv, now: NodeJS.ProcessEnv): Settings => {
  const settings = new Settings(/^postgres(ql)?:\/\//i, /^(PG|DB|DATABASE)/i, 5432);
  settings.noteChange({ restored: true, before, now });
  return settings;
};

const OLD = 'postgres://app:old%2Fword@db.old:5433/shop';
const NEW = 'postgres://app:new@db.new/shop';

test('a URL that was the whole value of a variable, whatever its name', () => {
  const settings = after({ STORE: OLD, HOME: '/root' }, { STORE: NEW, HOME: '/root' });
  expect(settings.followUrl(OLD)).toBe(NEW);
  expect(settings.followUrl('postgres://elsewhere/shop')).toBe('postgres://elsewhere/shop');
});

test('the parts of such a URL', () => {
  const settings = after({ DATABASE_URL: OLD }, { DATABASE_URL: NEW });
  const parts = { host: 'db.old', port: 5433, user: 'app', password: 'old/word', database: 'shop' };
  expect(settings.follow(parts)).toEqual({ host: 'db.new', port: 5432, password: 'new' });
  expect(settings.follow({ ...parts, database: 'other' })).toEqual({});
});

test('single settings, of variables that are named for them', () => {
  const settings = after(
    { HOST: 'localhost', DB_HOST: 'localhost', DB_PORT: '5432', WORKERS: '5432' },
    { HOST: '0.0.0.0', DB_HOST: 'db.new', DB_PORT: '6543', WORKERS: '8' },
  );
  expect(settings.follow({ host: 'localhost', port: 5432, user: 'app' })).toEqual({
    host: 'db.new',
    port: 6543,
  });
});

test('two variables that had one value and now differ: the setting stays', () => {
  const settings = after({ A: OLD, B: OLD }, { A: NEW, B: 'postgres://third/shop' });
  expect(settings.followUrl(OLD)).toBe(OLD);
});

test('a variable that is gone: the setting stays', () => {
  expect(after({ DATABASE_URL: OLD }, {}).followUrl(OLD)).toBe(OLD);
});

test('a program restored twice follows twice', () => {
  const settings = after({ DATABASE_URL: OLD }, { DATABASE_URL: NEW });
  settings.noteChange({
    restored: true,
    before: { DATABASE_URL: NEW },
    now: { DATABASE_URL: 'postgres://third/shop' },
  });
  expect(settings.followUrl(OLD)).toBe('postgres://third/shop');
});

test('after a checkpoint that left the program running nothing changes', () => {
  const settings = new Settings(/^postgres:/, /^PG/, 5432);
  settings.noteChange({ restored: false, before: { DATABASE_URL: OLD }, now: { DATABASE_URL: NEW } });
  expect(settings.followUrl(OLD)).toBe(OLD);
});

test.each([
  ['8.11.0', true],
  ['8.23.1', true],
  ['9.0.0-rc.1', false],
  ['8.10.9', false],
  ['7.18.2', false],
  ['11.0.0', false],
])('version %s of >=8.11 <9: %s', (version, tried) => {
  expect(isTried(version, [['8.11', '9']])).toBe(tried);
});

test('ranges in words', () => {
  const ranges = [
    ['5', '6'],
    ['8.11', '9'],
  ] as const;
  expect(describeRanges(ranges)).toBe('>=5 <6 or >=8.11 <9');
});

import { expect, test } from 'vitest';
import { PgSession } from '../../../src/program/adapters/libraries/pg/session.ts';

const said = (...statements: string[]): string[] => {
  const session = new PgSession();
  for (const each of statements) session.note(each);
  return session.statements;
};

test('settings of the session in their order, and what it listens to', () => {
  expect(said("SET TIME ZONE 'UTC'", 'SELECT 1', 'LISTEN orders', 'set search_path to shop')).toEqual([
    "SET TIME ZONE 'UTC'",
    'set search_path to shop',
    'LISTEN orders',
  ]);
});

test('what ends with a transaction is not said again', () => {
  expect(
    said('SET LOCAL lock_timeout = 1', 'SET TRANSACTION READ ONLY', 'SET CONSTRAINTS ALL DEFERRED'),
  ).toEqual([]);
});

test('the last of equal statements counts', () => {
  expect(said('SET a = 1', 'SET a = 2', 'SET a = 1')).toEqual(['SET a = 2', 'SET a = 1']);
});

test('UNLISTEN and RESET ALL', () => {
  expect(said('LISTEN a', 'LISTEN "B c"', 'UNLISTEN a', 'SET x = 1')).toEqual(['SET x = 1', 'LISTEN "B c"']);
  expect(said('LISTEN a', 'UNLISTEN *', 'SET x = 1', 'RESET ALL')).toEqual([]);
});

test('what a new connection does not have is told once', () => {
  const session = new PgSession();
  session.note('SELECT pg_advisory_lock(1)');
  expect(session.takeLost()).toBe('SELECT pg_advisory_lock(1)');
  expect(session.takeLost()).toBeUndefined();
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { aliasesOf } from '../../../src/program/adapters/aliases.ts';

const root = mkdtempSync(join(tmpdir(), 'crac-aliases-'));
afterAll(() => rmSync(root, { recursive: true }));

const manifest = (folder: string, content: unknown): void => {
  mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(
    join(root, folder, 'package.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
};

test('names under which an application and the workspace above it have installed packages', () => {
  manifest('.', { devDependencies: { redis4: 'npm:@redis/client@^1.5', uuid9: 'npm:uuid@7' } });
  manifest('app', {
    dependencies: { uuid9: 'npm:uuid@9.0.1', pg: '8.0.0', same: 'npm:nanoid' },
    optionalDependencies: { local: 'file:../npm' },
  });
  mkdirSync(join(root, 'app/src'));
  expect([...aliasesOf(join(root, 'app/src/index.js'))].sort()).toEqual([
    ['redis4', '@redis/client'],
    ['same', 'nanoid'],
    ['uuid9', 'uuid'],
  ]);
});

test.each(['{ "npm:', '"npm:"', '{"dependencies": {"a": ["npm:b"]}, "x": "npm:b"}', '[]'])(
  'a package.json that is none is as none: %s',
  (text) => {
    manifest('odd', text);
    expect(aliasesOf(join(root, 'odd/index.js')).has('a')).toBe(false);
  },
);

test('without an entry, as in the REPL, there are none', () => expect(aliasesOf(undefined).size).toBe(0));

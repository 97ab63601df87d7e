import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

/** A path of this repository that a comment or a page names exists: names of files live longer than files. */

const ROOT = resolve(import.meta.dirname, '../..');
const PATH =
  /(?<![\w./*@-])(?:src|native|test|docs|scripts|bench)\/[\w./-]+\.(?:ts|c|h|md|mjs|sh|js|json|html)\b/g;
/** Placeholders of an explanation (`src/…/NAME.ts`), files of other packages, and one that is missing on purpose. */
const NO_FILE = /\b[A-Z]{4,}\b|fixtures\/apps\/|^src\/.*\.js$|^src\/stock\.ts$|^docs\/nowhere\.md$/;

const files = execFileSync('git', ['ls-files'], { cwd: ROOT, encoding: 'utf8' }).trim().split('\n');
const texts = files.filter(
  (name) => /\.(ts|c|h|S|md|mjs|sh)$|^\.ci\//.test(name) && !name.startsWith('test/fixtures/apps/'),
);

test('every path that is named in the repository exists', () => {
  const missing = texts.flatMap((name) =>
    [...readFileSync(join(ROOT, name), 'utf8').matchAll(PATH)]
      .map(([path]) => path)
      .filter(
        (path) =>
          !NO_FILE.test(path) &&
          !existsSync(join(ROOT, path)) &&
          !existsSync(join(ROOT, dirname(name), path)),
      )
      .map((path) => `${name}: ${path}`),
  );
  expect([...new Set(missing)]).toEqual([]);
});

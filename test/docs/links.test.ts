import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../support/crac.ts';

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...(readdirSync(join(ROOT, 'docs'), { recursive: true }) as string[])
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** Without what is shown as code: brackets mean something else there. */
const prose = (page: string): string =>
  textOf(page)
    .replace(/^ *```[\s\S]*?^ *```/gm, '')
    .replace(/`[^`\n]+`/g, 'code');

/** Targets of links and images that lead to a file of this repository. */
const linksOf = (page: string): string[] =>
  [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target as string)
    .filter((target) => !/^[a-z]+:/.test(target));

/** As GitHub makes them of headings. */
const anchorsOf = (page: string): string[] =>
  textOf(page)
    .replace(/^ *```[\s\S]*?^ *```/gm, '')
    .split('\n')
    .filter((line) => /^#+ /.test(line))
    .map((line) =>
      line
        .replace(/^#+ /, '')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}_ -]/gu, '')
        .replaceAll(' ', '-'),
    );

function broken(page: string, target: string): string | undefined {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : relative(ROOT, join(ROOT, dirname(page), path));
  if (file.startsWith('..')) return `${target}: outside of the repository`;
  if (!existsSync(join(ROOT, file))) return `${target}: there is no ${file}`;
  if (anchor && file.endsWith('.md') && !anchorsOf(file).includes(anchor))
    return `${target}: ${file} has no such heading`;
  return undefined;
}

describe('documentation', () => {
  test.each(pages)('%s: every relative link leads somewhere', (page) => {
    expect(linksOf(page).flatMap((target) => broken(page, target) ?? [])).toEqual([]);
  });

  test('every page of docs/ is reached from the README', () => {
    const linked = linksOf('README.md').map((target) => target.split('#')[0]);
    const direct = pages.filter((page) => dirname(page) === 'docs');
    expect(direct.filter((page) => !linked.includes(page))).toEqual([]);
  });

  test('a broken link is found', () => {
    expect(broken('README.md', 'docs/nowhere.md')).toBe('docs/nowhere.md: there is no docs/nowhere.md');
    expect(broken('docs/run.md', 'restore.md#nothing')).toContain('has no such heading');
  });
});

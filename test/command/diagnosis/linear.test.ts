import { expect, test } from 'vitest';
import { CATALOGUE } from '../../../src/command/diagnosis/catalogue/index.ts';
import { explainText } from '../../../src/command/diagnosis/explain-text.ts';

/**
 * A pattern that may begin with an unbounded run (`\S+ is gone`) is tried at each character of that run, and reads to its
 * end each time: the square of the line's length. A look behind (`(?<!\S)\S+ is gone`) lets it begin at the run's first
 * character only.
 */

/** Returns every pattern of the catalogue, with where it stands. */
const PATTERNS = CATALOGUE.flatMap(({ code, signatures, near = [], nearUntil, explains = [] }) =>
  [
    ...signatures.flatMap(({ text, with: also = [] }) => [text, ...(also instanceof RegExp ? [also] : also)]),
    ...near,
    ...explains,
    ...(nearUntil ? [nearUntil] : []),
  ].map((pattern) => ({ code, pattern })),
);

const ATOM = /^(?:\\.|\[(?:\\.|[^\]\\])*\]|[^()|\\[])/;
const UNBOUNDED = /^(?:[*+]|\{\d+,\})\??/;
const OPTIONAL = /^(?:[*?]|\{0,)/;

/** Returns where the group ends that is opened at `from`. */
function closing(source: string, from: number): number {
  let depth = 0;
  for (let at = from; at < source.length; at++) {
    const [escaped] = source.slice(at).match(/^(?:\\.|\[(?:\\.|[^\]\\])*\])/) ?? [];
    if (escaped !== undefined) at += escaped.length - 1;
    else if (source[at] === '(') depth++;
    else if (source[at] === ')' && --depth === 0) return at;
  }
  throw new Error(`a group without an end: ${source}`);
}

function alternatives(source: string): string[] {
  const found = [''];
  for (let at = 0; at < source.length; ) {
    const length =
      source[at] === '(' ? closing(source, at) + 1 - at : (source.slice(at).match(ATOM)?.[0].length ?? 1);
    if (source[at] === '|') found.push('');
    else found.push((found.pop() as string) + source.slice(at, at + length));
    at += length;
  }
  return found;
}

/** Returns what a match of one alternative may begin with that has no end, and may begin within itself. */
function runs(source: string): string[] {
  if (source === '' || /^(?:\^|\(\?<[=!])/.test(source)) return [];
  if (/^\\[bB]|^\(\?[=!]/.test(source))
    return runs(source.slice(source[0] === '(' ? closing(source, 0) + 1 : 2));
  const isGroup = source[0] === '(';
  const atom = isGroup
    ? source.slice(0, closing(source, 0) + 1)
    : (source.match(ATOM)?.[0] ?? source[0] ?? '');
  const rest = source.slice(atom.length);
  const [quantifier = ''] = rest.match(/^(?:[*+?]|\{\d+(?:,\d*)?\})\??/) ?? [];
  const inner = isGroup
    ? alternatives(atom.slice(1, -1).replace(/^\?(?::|<\w+>)/, '')).flatMap(runs)
    : UNBOUNDED.test(quantifier)
      ? [atom + quantifier]
      : /^(?:\.|\\[wSD])$/.test(atom) && UNBOUNDED.test(rest.slice(rest.match(ATOM)?.[0].length ?? 0))
        ? [atom + rest.slice(0, 3)]
        : [];
  return OPTIONAL.test(quantifier) ? [...inner, ...runs(rest.slice(quantifier.length))] : inner;
}

const beginsIn = ({ source }: RegExp): string[] =>
  // A word's boundary before a run of the word's own characters is as good as a look behind.
  alternatives(source).flatMap((one) => (/^\\b(?:\(\?<\w+>)?\\[wd][+*]/.test(one) ? [] : runs(one)));

test('no pattern of the catalogue may begin anywhere in a long run', () => {
  const slow = PATTERNS.filter(({ pattern }) => beginsIn(pattern).length > 0);
  expect(slow.map(({ code, pattern }) => `${code}: ${pattern.source}`)).toEqual([]);
});

test('the rule finds such patterns, wherever the run stands', () => {
  const slow = [
    /\S+ is gone/,
    /(?<path>\S*x\S*) y/,
    /a|(?:b|\d+:) c/,
    /"?(?<state>\w+)"? x/,
    /(?:a b)?.* c/,
    /\w.* c/,
  ];
  const good = [
    /^\S+ is/,
    /(?<!\S)\S+ is/,
    /x \S+/,
    /\b\d+ killed/,
    /[ab] x/,
    /(?<!\d)(?<pid>\d+) x/,
    /(?:a|b\d+) c/,
  ];
  expect(slow.filter((pattern) => beginsIn(pattern).length === 0)).toEqual([]);
  expect(good.filter((pattern) => beginsIn(pattern).length > 0)).toEqual([]);
});

test('lines that are made to keep patterns busy are read to their end', () => {
  const units = ['tables', '/a', '1', '--', 'File ', 'S/a', 'Ring', 'master:', '" \\"', 'checkpoint1'];
  const text = units.map((unit) => unit.repeat(100_000 / unit.length)).join('\n');
  const last = 'Error (criu/files-reg.c:2000): File srv/app/data.txt has bad size 5 (expect 9)';
  const endings = PATTERNS.map(({ pattern }) => pattern.source.replace(/[^A-Za-z ]+/g, ' '));
  expect(
    explainText(`${text}\n${endings.join('\n').replaceAll('\n', `${'/a1'.repeat(200)}\n`)}\n${last}`),
  ).toContainEqual(expect.objectContaining({ evidence: last }));
});

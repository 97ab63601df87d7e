import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/command/base/command-error.ts';
import { parsePayload } from '../../src/program/fixups/payload.ts';

/**
 * docs/formats.md is what other versions and the other language go by. Its tables are compared with the sources, both ways
 * where the sources say which words there are. That C and TypeScript agree in their numbers is the matter of test/native.
 */

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/formats.md'), 'utf8');

const sourcesOf = (folder: string, suffix: string): string =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix) && !/^(fuzz|build)\//.test(name))
    .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'))
    .join('\n');

const native = sourcesOf('native', '.c');
const room: Record<string, string> = {
  native,
  'src/command': sourcesOf('src/command', '.ts') + sourcesOf('src/shared', '.ts'),
  'src/program': sourcesOf('src/program', '.ts') + sourcesOf('src/shared', '.ts'),
};

/** Rows of the table below the first line that begins with `head`; the cells without their backquotes. */
function table(head: string): string[][] {
  const [, below] = PAGE.split(`\n| ${head}`);
  if (below === undefined) throw new Error(`docs/formats.md has no table that begins with ${head}`);
  const rows = below.split('\n').slice(2);
  const end = rows.findIndex((row) => !row.startsWith('|'));
  return rows.slice(0, end === -1 ? undefined : end).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const words = (cell: string | undefined): string[] =>
  [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, word]) => word as string);

const firstColumn = (head: string): string[] => table(head).flatMap(([cell]) => words(cell));

const found = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, word]) => word as string))].sort();

describe('the record', () => {
  const rows = table('file | written by |');

  test.each(rows)('%s is written by %s', (name, writers) => {
    const [file = ''] = words(name);
    const spelled = new RegExp(`['"](?:%s/)?${file.replace('.', '\\.')}['"]|^ {4}${file}: `, 'm');
    const doNot = words(writers).filter((writer) => !spelled.test(room[writer] ?? ''));
    expect(doNot).toEqual([]);
  });

  test('no other file is written there by native code', () => {
    const written = found(native, /(?:write_file|note_number)\((?:\w+(?:->|\.))*record, "([\w.-]+)"/g).concat(
      found(native, /copyf\("%s\/([\w.-]+)", (?:\w+(?:->|\.))*record\)/g),
    );
    expect(written.length).toBeGreaterThan(5); // the patterns find them
    expect(written.filter((name) => !rows.some(([cell]) => words(cell)[0] === name))).toEqual([]);
  });

  test('no other file is read there', () => {
    const source = readFileSync(join(ROOT, 'src/shared/protocol/record.ts'), 'utf8');
    const read = found(source, /(?:field\(directory|number\(|written\(directory)(?:, )?'?([a-z-]+)'/g);
    expect(read.length).toBeGreaterThan(5);
    expect(read.filter((name) => !rows.some(([cell]) => words(cell)[0] === name))).toEqual([]);
  });
});

describe('messages', () => {
  const source = readFileSync(join(ROOT, 'src/shared/protocol/messages.ts'), 'utf8');

  test('words of the agent', () => {
    expect(firstColumn('`op`').sort()).toEqual(found(source, /\bop: '(\w+)'/g));
  });

  test('words of a member', () => {
    expect(firstColumn('`event`').sort()).toEqual(found(source, /\bevent: '(\w+)'/g));
  });

  test("letters to the parent's socket", () => {
    const letters = firstColumn('letter | from | what follows');
    const taken = found(native, /\btext\[0\] [!=]= '([A-Z])'/g);
    // P has nothing to be told by: its descriptors are taken with any message.
    expect(letters.sort()).toEqual([...taken, 'P'].sort());
    expect(found(native, /\{ "([A-Z])", 1 \};/g)).toContain('P');
  });

  test('letters of the mailbox', () => {
    const source = readFileSync(join(ROOT, 'src/shared/protocol/messages.ts'), 'utf8');
    const [, held = ''] = source.match(/HELD = \{([^}]*)\}/) ?? [];
    expect(firstColumn('letter | from | meaning').sort()).toEqual(
      [...found(held, /'(\w)'/g), 'C', 'F', 'R'].sort(),
    );
  });
});

describe('the payload', () => {
  const letters = firstColumn('letter | field');

  test('C writes these fields, TypeScript reads them', () => {
    const written = found(native, /\b(?:field\(file|payload_add\([^']+), '([A-Z])'/g);
    expect([...written, 'R'].sort()).toEqual(letters.sort());
    const source = readFileSync(join(ROOT, 'src/program/fixups/payload.ts'), 'utf8');
    // What --or-run starts is the restorer's concern alone (native/engines/direct/give-up.h), and the pages that a copy
    // notes the addon's (native/addon/page-notes.c).
    const programs = letters.filter((letter) => letter !== 'O' && letter !== 'W').sort();
    expect([...found(source, /case '([A-Z])'/g), 'R'].sort()).toEqual(programs);
  });

  test('the last one of a name counts', () => {
    const { environment } = parsePayload(['R', 'EA=1', 'EA=2', ''].join('\0'));
    expect({ ...environment }).toEqual({ A: '2' });
  });
});

test('keys of restore.conf that native code reads are in the table', () => {
  const keys = firstColumn('key | value');
  const read = found(native, /(?:conf_(?:get|need|each)|number_of)\([^";]*"([a-z-]+)"/g);
  expect(read.length).toBeGreaterThan(15);
  expect(read.filter((key) => !keys.includes(key))).toEqual([]);
  const written = room['src/command'] as string;
  expect(keys.filter((key) => !new RegExp(`(?:['\`]|\\\\n)${key}\\b`).test(written))).toEqual([]);
});

test('every exit code is explained', () => {
  const page = readFileSync(join(ROOT, 'docs/exit-codes.md'), 'utf8');
  const explained = [...page.matchAll(/^\| ([\d, ]+) \|/gm)].flatMap(([, codes]) =>
    (codes as string).split(', ').map(Number),
  );
  expect(Object.values(EXIT).filter((code) => !explained.includes(code))).toEqual([]);
});

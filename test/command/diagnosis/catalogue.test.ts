import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CATALOGUE } from '../../../src/command/diagnosis/catalogue/index.ts';
import { diagnose, explainText } from '../../../src/command/diagnosis/explain-text.ts';
import { placeholders } from '../../../src/command/diagnosis/template.ts';
import { WHERE } from '../../../src/command/diagnosis/where.ts';
import { ROOT } from '../../support/crac.ts';

const samples = CATALOGUE.flatMap(({ code, samples: all }) =>
  all.map((sample, index) => ({ code, index, sample })),
);

test.for(samples)('$code: sample $index is recognised, and nothing else is found', ({ code, sample }) => {
  expect(explainText(sample).map((finding) => finding.code)).toEqual([code]);
});

test.for(samples)('$code: sample $index fills its cause', ({ code, sample }) => {
  const [finding] = explainText(sample);
  const entry = CATALOGUE.find((candidate) => candidate.code === code);
  const names = placeholders(entry?.cause ?? '').filter((name) => name !== 'pid');
  const unfilled = names.filter((name) =>
    new RegExp(`\\b${name.toUpperCase()}\\b`).test(finding?.cause ?? ''),
  );
  expect(unfilled).toEqual([]);
  expect(finding?.cause).not.toMatch(/\{\w+\}|\[\[/);
});

/** Matches what makes a machine, a container or a program less safe, or loses something. */
const RISKY =
  /unconfined|--privileged|label=disable|setcap \S+\+e|setcap -r|chmod u\+s|sysctl (?:-w )?\S+=|--tcp-established|--skip-in-flight|--file-validation|--cpu-cap=none|--lsm-profile|--no-sandbox|--ghost-limit|--link-remap|truncate |--irmap-scan-path|--allow-uprobes|--cap-add SYS_ADMIN|--pid=host|ptrace_scope=0|--manage-cgroups=ignore/;

const PAGE = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

test('codes are unique and stable in form', () => {
  const codes = CATALOGUE.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(
    codes.filter((code) => !/^(?:CRIU|CRAC|JAVA|CONTAINER|GVISOR|LIBERTY)_[A-Z0-9_]+$/.test(code)),
  ).toEqual([]);
});

describe.for(CATALOGUE)('$code', (entry) => {
  test('has samples, remedies and a cause of one sentence', () => {
    expect(entry.samples.length).toBeGreaterThan(0);
    expect(entry.remedies.length).toBeGreaterThan(0);
    expect(entry.cause).toMatch(/[.)\]}]$/);
  });

  test('says who can do each remedy, and what it costs where it has a cost', () => {
    for (const { what, where, command = '', cost } of entry.remedies) {
      expect(what).not.toMatch(/[.:]$/); // the texts around it bring their own
      expect(Object.keys(WHERE)).toContain(where);
      if (RISKY.test(command)) expect(cost, `the cost of: ${command}`).toBeDefined();
    }
    // A remedy is something that can be done at once: a command, a setting, or a sentence about the program itself.
    expect(
      entry.remedies.some(
        ({ command, where }) => command !== undefined || ['program', 'java'].includes(where),
      ),
    ).toBe(true);
  });

  test('has a section of its own in docs/errors.md, to which the printed link leads', () => {
    expect(PAGE.split(`\n### ${entry.code}\n`)).toHaveLength(2);
  });

  test('asks only for values that a pattern can give', () => {
    const patterns = [...entry.signatures.map(({ text }) => text), ...(entry.near ?? [])];
    const given = new Set(['pid', 'errnoName', 'errnoText']);
    for (const { source } of patterns)
      for (const [, name] of source.matchAll(/\(\?<([a-zA-Z]+)\d*>/g)) given.add(name as string);
    const texts = [
      entry.cause,
      ...entry.remedies.flatMap(({ what, command, cost }) => [what, command, cost]),
    ];
    const asked = texts.flatMap((text) => (text === undefined ? [] : placeholders(text)));
    expect(asked.filter((name) => !given.has(name))).toEqual([]);
  });

  test('is not recognised by line numbers', () => {
    for (const sample of entry.samples)
      expect(explainText(sample.replace(/\.c:\d+\)/g, '.c:7)')).map(({ code }) => code)).toEqual([
        entry.code,
      ]);
  });
});

test('the index and docs/errors.md are up to date', () => {
  execFileSync(process.execPath, [join(ROOT, 'scripts/errors-page.mjs'), '--check'], { stdio: 'inherit' });
});

test('an empty text is neither a failure nor a success', () => {
  expect(diagnose('')).toMatchObject({ findings: [], isKnown: false, worked: false });
  expect(diagnose('').first).toBeUndefined();
});

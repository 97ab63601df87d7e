import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Finding } from '../../../../src/command/diagnosis/entry.ts';
import { findCriu } from '../../../../src/command/engines/criu/install/find.ts';
import { CRAC } from '../../../support/crac.ts';
import { type Attempt, errorsIn, impossible } from '../engine.ts';
import { Desk } from './desk.ts';

/** The output of `crac explain --json` for a log that a real failure left. */
export function explain(log: string, ...options: string[]): Finding[] {
  const { stdout, stderr } = spawnSync(CRAC, ['explain', '--json', ...options, '-'], {
    input: log,
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(`crac explain: ${stderr}\nof: ${log}`);
  return (JSON.parse(stdout) as { findings: Finding[] }).findings;
}

/** A failure that has happened and was explained. */
export interface Explained {
  finding: Finding;
  /** The remedy that the case is about: what is to be pasted, or the sentence that says what to do. */
  remedy: string;
}

/** Explains what an attempt left, and checks that it failed for the reason that the case is about. */
export type Explain = (attempt: Attempt | string) => Explained;

type Body = (desk: Desk, explained: Explain) => Promise<void>;

/** The engine of the tests; undefined where `impossible` says why. */
export const criu = await findCriu().catch(() => undefined);

/**
 * Declares a failure that is made to happen, is explained, and is gone once the remedy is applied that was printed.
 * scripts/errors-page.mjs makes docs/errors.md's table of these calls: all three are literals.
 *
 * @param code the only one that `crac explain` finds in the log
 * @param how the failure is made
 * @param by a part of the remedy as it is printed
 * @param skip why the case cannot be tried here
 */
export function mended(code: string, how: string, by: string, body: Body, skip?: string): void {
  const reason = impossible ?? skip;
  test.skipIf(reason !== undefined)(`${code}: ${how}; mended by: ${by}${reason ? ` (${reason})` : ''}`, () =>
    atDesk(code, by, body),
  );
}

/** Declares a failure as `mended` does, for what nothing at hand can mend: each case says why in a comment. */
export function produced(code: string, how: string, body: Body, skip?: string): void {
  const reason = impossible ?? skip;
  test.skipIf(reason !== undefined)(`${code}: ${how}${reason ? ` (${reason})` : ''}`, () =>
    atDesk(code, undefined, body),
  );
}

async function atDesk(code: string, by: string | undefined, body: Body): Promise<void> {
  const desk = new Desk(criu?.path as string);
  let explanations = 0;
  try {
    await body(desk, (attempt) => {
      explanations++;
      const { code: ended, log } = typeof attempt === 'string' ? { code: 1, log: attempt } : attempt;
      if (ended === 0) throw new Error(`it did not fail:\n${errorsIn(log)}`);
      return remedyFrom(explain(log), code, by, errorsIn(log));
    });
    expect(explanations).toBeGreaterThan(0);
  } finally {
    await desk.close();
  }
}

function remedyFrom(findings: Finding[], code: string, by: string | undefined, log: string): Explained {
  expect(
    findings.map((found) => found.code),
    log,
  ).toEqual([code]);
  const finding = findings[0] as Finding;
  if (by === undefined) return { finding, remedy: '' };
  const texts = finding.remedies.flatMap(({ command, what }) => [command ?? '', what]);
  const remedy = texts.find((text) => text.includes(by));
  if (remedy === undefined) throw new Error(`${code} prints no remedy with: ${by}\n${texts.join('\n')}`);
  return { finding, remedy };
}

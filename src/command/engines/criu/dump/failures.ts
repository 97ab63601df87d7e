import { descendants } from '../../../../shared/process-tree.ts';
import type { Problem } from '../image/check/problem.ts';
import { afterEngineDeath } from './engine-death.ts';
import { dumpLogPath } from './engine-dump.ts';
import { explainDump, firstErrors, outsideNumbers } from './log-errors.ts';

/** Explains why the engine could not write the program: the cause where it is known, else what it said. */
export async function dumpFailure(
  partial: string,
  code: number,
  output: string,
  init: number,
): Promise<string> {
  const death = code > 128 ? await afterEngineDeath(code - 128, init) : undefined;
  if (death !== undefined) return death;
  const failed = `the engine could not dump the program (exit code ${code}); the program goes on`;
  const cause = await explainDump(dumpLogPath(partial), output, descendants(init));
  if (cause !== undefined) return `${failed}\n${cause}`;
  const lines = await firstErrors(dumpLogPath(partial));
  const printed = output.trim().split('\n');
  const refused = printed.filter((line) => /: (unrecognized|option|invalid)/.test(line)); // its help text follows
  const said = [lines, refused, printed.slice(-5)].find(({ length }) => length > 0) ?? [];
  return `${failed}\n${said.map((line) => `  ${line}`).join('\n')}`;
}

/**
 * Describes what the engine wrote and no restore could make, each with its process as `ps` shows it, and what to do.
 */
export async function describeProblems(problems: Problem[], init: number, program: number): Promise<string> {
  const outside = await outsideNumbers(descendants(init));
  const who = ({ holder }: Problem): string => {
    if (holder === undefined) return '';
    const pid = outside.get(String(holder.process)) ?? holder.process;
    const process = holder.process === program ? `the program (PID ${pid})` : `process ${pid}`;
    return 'fd' in holder ? `descriptor ${holder.fd} of ${process}: ` : `${process}: `;
  };
  const blocks = problems.map((problem) => `  ${who(problem)}${problem.what}\n    ${problem.advice}`);
  const shown = blocks.slice(0, SHOWN);
  const more = blocks.length - shown.length;
  return [
    'the image could not be restored, so it was thrown away; the program goes on:',
    ...shown,
    ...(more > 0 ? [`  and ${more} more of the kind`] : []),
  ].join('\n');
}

const SHOWN = 10;

import { headline, isError } from './brand.ts';
import { CheckpointError, CracError, RestoreError, toError } from './classes.ts';
import { groupsOf, others } from './groups.ts';

/**
 * Writes text for people: a summary line, then one block for each error with its code, its cause and the first line of
 * the stack that says where to look. Errors that are alike are told once, with a list. No trailing newline.
 */
export function describeErrors(error: unknown): string {
  if (!(error instanceof CheckpointError || error instanceof RestoreError)) return block(toError(error), '');
  const [summary] = error.message.split('\n');
  const groups = groupsOf(error.errors, placeOf);
  const blocks = groups.map(([first, ...alike], index) => {
    const label = `${index + 1}. `;
    const more = alike.length > 0 ? `\n${' '.repeat(label.length + 2)}${others(alike)}` : '';
    return `${block(first, label)}${more}`;
  });
  return [summary, ...blocks].join('\n\n');
}

function block(error: Error, label: string): string {
  const indent = ' '.repeat(label.length);
  const lines = [indentRest(label + headline(error), `${indent}  `)];
  // Our own errors are made in our own code: only their cause has a place in the program.
  if (!(error instanceof CracError)) lines.push(...place(error, `${indent}  `));
  const { cause } = error;
  if (isError(cause)) {
    lines.push(
      indentRest(`${indent}  cause: ${headline(cause)}`, `${indent}    `),
      ...place(cause, `${indent}    `),
    );
  }
  return lines.join('\n');
}

function place(error: Error, indent: string): string[] {
  const frame = usefulFrame(error.stack);
  return frame === undefined ? [] : [indent + frame];
}

/** Says where to look, in one line; empty where nobody knows. */
const placeOf = (error: Error): string =>
  [
    ...(error instanceof CracError ? [] : place(error, '')),
    ...(isError(error.cause) ? place(error.cause, '') : []),
  ].join();

/** Picks the frame to show: the program's own code before a dependency's, and never Node's. */
function usefulFrame(stack: unknown): string | undefined {
  if (typeof stack !== 'string') return undefined;
  const frames = stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('at ') && !/\bnode:|<anonymous>\)?$|\/node-crac\/dist\//.test(line));
  return frames.find((line) => !line.includes('/node_modules/')) ?? frames[0];
}

const indentRest = (text: string, indent: string): string => text.replaceAll('\n', `\n${indent}`);

import { basename } from 'node:path';
import type { Frame } from './frames.ts';

/** Matches where JavaScript calls into C++: from here on inwards it is V8's own machinery. */
const MACHINERY = /^(v8::internal::|Builtins_|v8::Function::Call)/;
/** Matches the beginning of every thread. */
const BEGINNING = /^(__libc_start_|__libc_init_first|_start$|start_thread$|__?clone3?$)/;
const FRAMES = 16;

/** Prints frames for people: function, library and address, and the line where it is known. */
export function frameLines(frames: Frame[], { all, above }: { all: boolean; above: boolean }): string[] {
  if (all) return frames.map((frame) => lineOf(frame, frame.function));
  const machinery = indexOf(frames, MACHINERY);
  const beginning = indexOf(frames, BEGINNING);
  const cut = [machinery, beginning].find((index) => index > 0) ?? frames.length;
  const worthy = frames.slice(0, cut).filter(({ library }) => !above || library !== undefined);
  const shown = worthy.slice(0, FRAMES);
  const rest = above ? 0 : worthy.length - shown.length;
  return [
    ...shown.map((frame) => lineOf(frame, frame.function && shortName(frame.function))),
    ...(rest > 0 ? [`… ${rest} more (--all)`] : []),
  ];
}

const indexOf = (frames: Frame[], name: RegExp): number =>
  frames.findIndex((frame) => frame.function !== undefined && name.test(frame.function));

function lineOf({ library, address, source }: Frame, name: string | undefined): string {
  if (library === undefined) return `(code made at run time at ${address})`;
  return `${name ?? '(no symbol)'} (${basename(library)}+${address})${source ? ` at ${source}` : ''}`;
}

/** Drops arguments and what templates were made for: `void a::b<int>(char*)` is `a::b`. */
export function shortName(name: string): string {
  let depth = 0;
  let short = '';
  const whole = name
    .replaceAll('(anonymous namespace)', '{anonymous}')
    .replace(/operator(<<?|>>?|\(\))/g, 'operator');
  for (const letter of whole) {
    if (letter === '<' || letter === '(') depth++;
    if (depth === 0) short += letter;
    if (letter === '>' || letter === ')') depth--;
  }
  return (
    short
      .replace(/ const$/, '')
      .trim()
      .split(' ')
      .at(-1) || name
  ).replaceAll('{anonymous}', '(anonymous namespace)');
}

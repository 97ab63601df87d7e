import { basename, isAbsolute } from 'node:path';

const LENGTH = 60;

/** Shortens a command line for messages: where it is long, paths are given by their last part, so that the script is told. */
export function shortCommand(words: readonly string[]): string {
  const whole = words.join(' ');
  const text =
    whole.length > LENGTH ? words.map((word) => (isAbsolute(word) ? basename(word) : word)).join(' ') : whole;
  return text.length > LENGTH ? `${text.slice(0, LENGTH - 1)}…` : text;
}

import { styleText } from 'node:util';
import type { Paint } from '../diagnosis/format.ts';

/** Tells whether output is coloured: Node 20 does not look at the stream and the environment by itself. */
function coloured({ env, stdout }: NodeJS.Process): boolean {
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return stdout.isTTY === true && !env.NO_COLOR && !env.NODE_DISABLE_COLORS && env.TERM !== 'dumb';
}

/** Makes a painter for text on standard output. */
export function painter(): Paint {
  if (!coloured(process)) return { strong: (text) => text, faint: (text) => text };
  return { strong: (text) => styleText('bold', text), faint: (text) => styleText('dim', text) };
}

import { existsSync } from 'node:fs';
import { DIRECT } from '../../base/paths.ts';

/** Says why the engine cannot work here: its library knows how glibc keeps threads; the package for musl has none. */
export function whyNotHere(): string | undefined {
  if (process.arch !== 'x64') return `works on x64 only, and this is ${process.arch}`;
  return existsSync(DIRECT) ? undefined : `needs glibc, and this node-crac has it not: ${DIRECT} is missing`;
}

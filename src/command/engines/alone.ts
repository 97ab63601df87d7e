import { existsSync } from 'node:fs';
import { DIRECT } from '../base/paths.ts';

/** Says why no program can stand alone here, as the engine direct needs it: its library knows how glibc keeps threads. */
export function whyNotAlone(): string | undefined {
  if (process.arch !== 'x64' && process.arch !== 'arm64')
    return `works on x64 and arm64 only, and this is ${process.arch}`;
  return existsSync(DIRECT) ? undefined : `needs glibc, and this node-crac has it not: ${DIRECT} is missing`;
}

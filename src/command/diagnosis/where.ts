import type { Where } from './entry.ts';
import { NAMES } from './speaker.ts';

/** The owners of settings, in words for readers. */
export const WHERE: Readonly<Record<Where, string>> = {
  ...NAMES,
  criu: 'plain CRIU',
  container: 'containers',
  machine: 'the machine',
  program: 'the program',
};

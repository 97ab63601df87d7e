import type { Addon } from '../../shared/addon.ts';

/** Gives a copy, which has its caller's, the program's settings again (native/addon/kernel-settings.c). */
export function putBackSettings(addon: Pick<Addon, 'putBackSettings'>): void {
  const problem = addon.putBackSettings();
  if (problem) process.emitWarning(problem);
}

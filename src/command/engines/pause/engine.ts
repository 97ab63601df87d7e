import { EXIT } from '../../base/command-error.ts';
import type { Engine } from '../engine.ts';

/**
 * The engine pause: the process stops in place; the directory that stands for the image is what `crac restore` wakes it
 * by.
 */
export const pause: Engine = {
  name: 'pause',
  about: {
    aliases: ['pauseengine'],
    summary: 'stops the process in place; needs no privileges and no native part',
    checkpoint: 'the process, stopped, and a directory to wake it by',
    restore: 'wakes the process, once',
    makes: 'directory',
    hasNamespaces: false,
    hasSupervisor: false,
    settings: {},
  },
  start: async (launch) => (await import('../portable/supervise.ts')).superviseProgram(launch),
  checkpoint: async (asked) => (await import('./checkpoint.ts')).pauseProgram(asked),
  async restore(asked) {
    const { pid, parent } = await (await import('./wake.ts')).wake(asked);
    process.stderr.write(
      `crac: program ${pid} is awake and goes on under its own \`crac run\` (PID ${parent}); this command is done\n`,
    );
    return EXIT.ok;
  },
};

import type { Engine } from '../engine.ts';

/**
 * The engine simulate: everything but the image: hooks and checks run, afterRestore at once, and the program counts as
 * restored.
 */
export const simulate: Engine = {
  name: 'simulate',
  about: {
    aliases: ['simengine', 'sim', 'simulation'],
    summary: 'runs hooks and checks, writes nothing; needs no privileges and no native part',
    checkpoint: 'nothing; afterRestore runs at once and the program goes on',
    restore: 'nothing to restore',
    makes: 'nothing',
    hasNamespaces: false,
    hasSupervisor: false,
    settings: {},
  },
  start: async (launch) => (await import('../portable/supervise.ts')).superviseProgram(launch),
  checkpoint: async (asked) => (await import('./checkpoint.ts')).simulateCheckpoint(asked),
};

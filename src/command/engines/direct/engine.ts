import { whyNotAlone } from '../alone.ts';
import type { Engine } from '../engine.ts';

/**
 * The engine direct: the program writes itself, and `crac restore` becomes it: no privilege, no namespace, nothing to
 * install.
 */
export const direct: Engine = {
  name: 'direct',
  about: {
    summary: 'the process writes itself into an image (Linux, x64 and arm64)',
    checkpoint: 'an image; the program ends',
    restore: 'becomes the program, any number of times',
    platform: 'linux',
    inPlainBuilds: ['x64', 'arm64'],
    makes: 'image',
    makesSnapshots: true,
    hasNamespaces: false,
    hasSupervisor: false,
    settings: {},
  },
  async start(launch) {
    const { startAlone } = await import('./start.ts');
    return startAlone(launch, launch.engine.whyInstead);
  },
  whyAbsent: whyNotAlone,
  examine: async () => (await import('./doctor.ts')).checkDirect(),
  learn: async (image, copy) => (await import('./written.ts')).noteWritten(image, copy),
  processes: async (image) => (await import('./processes.ts')).processesIn(image),
  checkpoint: async (asked) => (await import('./checkpoint.ts')).checkpointByItself(asked),
};

import { whyNotAlone } from '../alone.ts';
import { criu } from '../criu/engine.ts';
import { DUMP_LOG } from '../criu/log-name.ts';
import type { Engine } from '../engine.ts';

/** Started so that either of the engines that make images can dump it: which one does is chosen at each checkpoint. */
export const auto: Engine = {
  name: 'auto',
  about: {
    summary: 'direct where it can write the program, else criu; chosen at each checkpoint (Linux)',
    checkpoint: 'an image of one of these; the program ends',
    restore: "as that engine's",
    platform: 'linux',
    makes: 'image',
    makesSnapshots: true,
    hasNamespaces: true,
    hasSupervisor: true,
    decidesLater: true,
    log: DUMP_LOG,
    settings: {},
  },
  /** Where only one of them can be, that one is taken by itself. */
  whyAbsent: (environment) => whyNotAlone() ?? criu.whyAbsent?.(environment),
  start: async (launch) => (await import('./start.ts')).startForBoth(launch),
  checkpoint: async (asked) => (await import('./checkpoint.ts')).checkpointByEither(asked),
};

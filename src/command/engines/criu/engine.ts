import { existsSync } from 'node:fs';
import { type Engine, notEmpty } from '../engine.ts';
import { whyNoCriu } from './install/present.ts';
import { DUMP_LOG } from './log-name.ts';

/**
 * The engine criu: it writes the program into files, all of its processes with everything that the kernel holds of
 * them.
 */
export const criu: Engine = {
  name: 'criu',
  about: {
    aliases: ['criuengine'],
    summary: 'writes the process into an image (Linux)',
    checkpoint: 'an image; the program ends',
    restore: 'makes a new process from the image, any number of times',
    platform: 'linux',
    makes: 'image',
    hasNamespaces: true,
    hasSupervisor: true,
    files: /^(.*\.img(\.new)?|stats-dump|link_remap.*)$/,
    log: DUMP_LOG,
    settings: {
      path: {
        value: 'FILE',
        help: 'the criu binary to use, instead of the one that is found',
        check: notEmpty,
      },
      verbosity: {
        value: '0-4',
        help: "how much goes into the engine's log (default 4)",
        check: (value) => (/^[0-4]$/.test(value) ? undefined : 'must be a number from 0 to 4'),
      },
      'log-file': { value: 'FILE', help: "keep a copy of the engine's log here", check: notEmpty },
    },
  },
  start: async (launch) => (await import('./start.ts')).startInNamespaces(launch),
  checkpoint: async (asked) => (await import('./dump/criu-dump.ts')).checkpointByCriu(asked),
  whyAbsent: whyNoCriu,
  async check({ path }) {
    await (await import('./install/find.ts')).findCriu(path === undefined ? {} : { path });
  },
  examine: async (machine) => (await import('./doctor/engine.ts')).checkEngine(machine),
  examineJdk: async (machine) => (await import('./doctor/java.ts')).checkJava(machine),
  installation: async () => (await import('./install/installation.ts')).installation,
  examineCache: async (machine) => (await import('./doctor/cache.ts')).checkCache(machine),
  processes: async (image) => (await import('./image/processes.ts')).processesIn(image),
  memory: async (image) => (await import('./image/memory.ts')).memoryOf(image),
  async facts(conf) {
    const binary = conf.value('criu');
    const missing = binary !== undefined && !existsSync(binary);
    return missing ? [`image: the engine ${binary} does not exist`] : [];
  },
};

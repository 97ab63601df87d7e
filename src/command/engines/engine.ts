import type { CheckpointOptions, CheckpointResult } from '../checkpoint/checkpoint.ts';
import type { Connection } from '../checkpoint/connection.ts';

export const ENGINE_NAMES = ['criu', 'simulate', 'pause'] as const;

export type EngineName = (typeof ENGINE_NAMES)[number];

/** One checkpoint that was asked for; the program's control socket is connected, nothing has been said on it yet. */
export interface EngineCheckpoint {
  options: CheckpointOptions;
  /** Absolute path; empty for a program without an image directory (`simulate` only). */
  image: string;
  connection: Connection;
}

/** The part of an engine that stands outside the program. The part inside is src/preload (member.ts). */
export interface Engine {
  readonly name: EngineName;
  /**
   * Has the hooks run, and makes of the program what this engine makes of it.
   * @throws CommandError with every problem; the program then goes on as before
   */
  checkpoint(asked: EngineCheckpoint): Promise<CheckpointResult>;
}

export interface EngineSetting {
  /** What the help calls the value; a FILE is taken from the directory in which the command was given. */
  value: string;
  help: string;
  /** @returns what is wrong with the value */
  check?: (value: string) => string | undefined;
}

/** What `--engine help` says, and what `--engine NAME,k=v` is checked against. */
export interface EngineDescription {
  summary: string;
  /** What `crac checkpoint` leaves behind. */
  checkpoint: string;
  /** What `crac restore` does with that. */
  restore: string;
  /** Undefined: every platform that Node runs on. */
  platform?: 'linux';
  settings: Record<string, EngineSetting>;
}

const notEmpty = (value: string) => (value === '' ? 'must not be empty' : undefined);

export const ENGINES: Record<EngineName, EngineDescription> = {
  criu: {
    summary: 'writes the process into an image (Linux)',
    checkpoint: 'an image; the program ends',
    restore: 'makes a new process from the image, any number of times',
    platform: 'linux',
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
  simulate: {
    summary: 'runs hooks and checks, writes nothing; needs no privileges and no native part',
    checkpoint: 'nothing; afterRestore runs at once and the program goes on',
    restore: 'nothing to restore',
    settings: {},
  },
  pause: {
    summary: 'stops the process in place; needs no privileges and no native part',
    checkpoint: 'the process, stopped, and a directory to wake it by',
    restore: 'wakes the process, once',
    settings: {},
  },
};

/** Without `--engine` and CRAC_ENGINE. */
export const defaultEngine = (platform: NodeJS.Platform = process.platform): EngineName =>
  platform === 'linux' ? 'criu' : 'simulate';

import type { EngineChoice } from '../engines/choice.ts';
import type { CpuLevel } from '../machine/cpu-features.ts';
import type { WarmRequest } from './requests.ts';

/** The options of `crac build`, checked. */
export interface BuildOptions {
  /** The absolute path of the finished image. */
  image: string;
  engine: EngineChoice;
  /** The most that the program may use of a CPU. */
  cpu: CpuLevel;
  /** Options of `crac run`, then the words of the program. */
  runArguments: string[];
  /** The node binary for the warm-up script. */
  node: string;
  ready: ReadyWhen;
  warm: WarmPlan;
  compare: 'all' | 'status' | 'nothing';
  /** True where what two copies have in common fails the build. */
  strict: boolean;
  /** Patterns of what they may have in common. */
  allowEqual: string[];
  /** True where what they send to others on this machine is looked at, too. */
  watchOutgoing: boolean;
  /** True where an image that fails its trial stays, under another name. */
  keep: boolean;
  /** The time in seconds that the engine may take. */
  engineTimeout: number;
  engineOptions: string[];
  /** Receives every line that the program prints; absent: shown only when something fails. */
  output?: (line: string) => void;
}

/** The conditions of readiness. All that is given must hold; without any, the first listening port or `ready()`. */
export interface ReadyWhen {
  url?: URL;
  line?: RegExp;
  /** True where `ready()` of the library is waited for. */
  api: boolean;
  /** The time limit in seconds. */
  timeout: number;
}

export interface WarmPlan {
  requests: WarmRequest[];
  /** The number of times that a request is sent which does not say it itself. */
  count: number;
  /** The number of requests in flight at a time. */
  concurrency: number;
  /** The absolute path of a script for node. */
  script?: string;
  /** The time in seconds for requests and script together. */
  timeout: number;
}

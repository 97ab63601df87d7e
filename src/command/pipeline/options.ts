import type { EngineChoice } from '../engines/choice.ts';
import type { WarmRequest } from './requests.ts';

/** What `crac build` was asked for, checked. */
export interface BuildOptions {
  /** Absolute path of the finished image. */
  image: string;
  engine: EngineChoice;
  /** Options of `crac run`, then the words of the program. */
  runArguments: string[];
  /** Node binary for the warm-up script. */
  node: string;
  ready: ReadyWhen;
  warm: WarmPlan;
  compare: 'all' | 'status' | 'nothing';
  /** What two copies have in common fails the build. */
  strict: boolean;
  /** What they may have in common. */
  allowEqual: string[];
  /** Look at what they send to others on this machine, too. */
  watchOutgoing: boolean;
  /** An image that fails its trial stays, under another name. */
  keep: boolean;
  /** Seconds that the engine may take. */
  engineTimeout: number;
  engineOptions: string[];
  /** Receives every line that the program prints; absent: shown only when something fails. */
  output?: (line: string) => void;
}

/** All that is given must hold; without any, the first listening port or `ready()`. */
export interface ReadyWhen {
  url?: URL;
  line?: RegExp;
  /** `ready()` of the library. */
  api: boolean;
  /** Seconds. */
  timeout: number;
}

export interface WarmPlan {
  requests: WarmRequest[];
  /** How often each request is sent that does not say it itself. */
  count: number;
  /** Requests in flight at a time. */
  concurrency: number;
  /** Absolute path of a script for node. */
  script?: string;
  /** Seconds for requests and script together. */
  timeout: number;
}

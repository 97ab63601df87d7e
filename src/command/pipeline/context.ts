import type { BuildOptions } from './options.ts';
import type { BuildPlace } from './place.ts';
import type { Progress } from './progress.ts';

/** The things that every step of a build works with. */
export interface BuildContext {
  options: BuildOptions;
  place: BuildPlace;
  progress: Progress;
  /** The signal of Ctrl-C. */
  signal: AbortSignal;
}

import type { Descriptor, DescriptorKind } from '../../shared/descriptor.ts';

/** Who accounts for a descriptor at a checkpoint; `error` fails it. */
export type Owner = 'stdio' | 'runtime' | 'crac' | 'adapter' | 'policy' | 'engine' | 'error';

export interface Verdict {
  descriptor: Descriptor;
  owner: Owner;
  /** What a policy has done with it around the dump. */
  action?: 'close' | 'reopen';
  /** A unix connection to a process outside. */
  cut?: true;
  /** A connection that the program has opened and that the dump cuts. */
  outgoing?: true;
  /** In words, for the table of `--dry-run`. */
  reason: string;
}

export type Judged = Omit<Verdict, 'descriptor'>;

/** What becomes of a descriptor that no policy speaks of, for each kind: an engine has one such table (docs/descriptors.md). */
export type Abilities = Record<DescriptorKind, (descriptor: Descriptor, ends: Ends) => Judged>;

/** Where the other end of a pipe or a connection is. */
export interface Ends {
  /** Says whether both ends of a pipe are inside the program. */
  areInside(): boolean;
  /** Says whether the peer of a connected unix socket is outside. */
  isPeerOutside(): boolean;
}

import type { Descriptor, DescriptorKind } from '../../shared/descriptor.ts';

/** Who accounts for a descriptor at a checkpoint; `error` fails it. */
export type Owner = 'stdio' | 'runtime' | 'crac' | 'adapter' | 'policy' | 'engine' | 'error';

export interface Verdict {
  descriptor: Descriptor;
  owner: Owner;
  /** The action of a policy around the dump. */
  action?: 'close' | 'reopen';
  /** Set for a unix connection to a process outside. */
  cut?: true;
  /** Set for a connection that the program has opened and that the dump cuts. */
  outgoing?: true;
  /** The reason in words, for the table of `--dry-run`. */
  reason: string;
}

export type Judged = Omit<Verdict, 'descriptor'>;

/** The rules for descriptors that no policy speaks of, by kind: an engine has one such table (docs/descriptors.md). */
export type Abilities = Record<DescriptorKind, (descriptor: Descriptor, ends: Ends) => Judged>;

/** The place of the other end of a pipe or a connection. */
export interface Ends {
  /** Says whether both ends of a pipe are inside the program. */
  areInside(): boolean;
  /** Says whether the peer of a connected unix socket is outside. */
  isPeerOutside(): boolean;
  /** Says whether the peer of a unix socket was closed. */
  isPeerGone(): boolean;
}

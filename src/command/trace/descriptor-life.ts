import type { Call } from './event.ts';

/** One step in a descriptor's life. */
export interface Step {
  what:
    | 'opened'
    | 'duplicated'
    | 'accepted'
    | 'received'
    | 'inherited'
    | 'closed'
    | 'replaced'
    | 'lost at exec';
  time: number;
  tid: number;
  comm?: string;
  /** The call that did it; none for what was there before. */
  call?: Call;
  /** The number that it is a copy of. */
  from?: number;
}

/** One number of one process from its opening to its closing; a number that is used again is another life. */
export interface DescriptorLife {
  fd: number;
  /** The descriptor as strace or /proc tells it. */
  what: string;
  closeOnExec: boolean;
  born: Step;
  /** True where its process has become another program since. */
  beforeExec?: boolean;
  ended?: Step;
}

/** The descriptors of a process; threads and CLONE_FILES children share one. */
export class DescriptorTable {
  readonly open = new Map<number, DescriptorLife>();

  copy(step: Step): DescriptorTable {
    const copied = new DescriptorTable();
    for (const life of this.open.values())
      copied.open.set(life.fd, { ...life, born: { ...step, from: life.fd } });
    return copied;
  }
}

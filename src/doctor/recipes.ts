import { ROOT_NEEDS } from './capabilities.ts';
import type { Operation } from './finding.ts';
import type { ProfileName } from './seccomp-profile.ts';

/** What a container must be given; everything else stays as the runtime has it, all capabilities dropped. */
export interface ContainerSettings {
  /** Of those that the program may have: nothing else is added. */
  capabilities: readonly string[];
  /** A name is that of a profile that `crac doctor --seccomp-profile NAME` prints. */
  seccomp: 'unconfined' | ProfileName;
  /** Neither hidden nor read-only parts of /proc. */
  unmaskProc: boolean;
}

export interface Recipe extends Record<Operation, ContainerSettings> {
  name: 'user' | 'root' | 'capabilities';
  title: string;
}

const inUserNamespace = (capabilities: readonly string[]): Record<Operation, ContainerSettings> => ({
  checkpoint: { capabilities, seccomp: 'unconfined', unmaskProc: true },
  restore: { capabilities, seccomp: 'user', unmaskProc: true },
});

/** Smallest first. Each setting was taken away, and it failed: test/e2e/containers.test.ts. */
export const RECIPES: readonly Recipe[] = [
  { name: 'user', title: "The container's user is not root: no capability", ...inUserNamespace([]) },
  { name: 'root', title: "The container's user is root: CAP_SETFCAP alone", ...inUserNamespace(['SETFCAP']) },
  {
    name: 'capabilities',
    title: "/proc stays hidden in part, the container's user is root: six capabilities",
    checkpoint: { capabilities: ROOT_NEEDS, seccomp: 'unconfined', unmaskProc: false },
    restore: { capabilities: ROOT_NEEDS, seccomp: 'capabilities', unmaskProc: false },
  },
];

import { ROOT_NEEDS } from './capabilities.ts';
import type { Operation } from './finding.ts';
import type { ProfileName } from './seccomp-profile.ts';

/**
 * The settings that a container must be given. They are written only here: `crac doctor` prints them, and the files
 * that `crac build` writes are made of them. Everything else stays as the runtime has it, all capabilities dropped.
 */
export interface ContainerSettings {
  /** Capabilities that the program may have: nothing else is added. */
  capabilities: readonly string[];
  /** The seccomp setting; a name is that of a profile that `crac doctor --seccomp-profile NAME` prints. */
  seccomp: 'unconfined' | ProfileName;
  /** True where no parts of /proc are hidden or read-only. */
  unmaskProc: boolean;
}

export interface Recipe extends Record<Operation, ContainerSettings> {
  name: 'user' | 'root' | 'capabilities';
  title: string;
  /** The container's user; 1000 stands for any that is not root (the official images of Node have it, as `node`). */
  user: number;
}

const inUserNamespace = (capabilities: readonly string[]): Record<Operation, ContainerSettings> => ({
  checkpoint: { capabilities, seccomp: 'unconfined', unmaskProc: true },
  restore: { capabilities, seccomp: 'user', unmaskProc: true },
});

/** The recipes, smallest first. Each setting was taken away, and it failed: test/e2e/containers.test.ts. */
export const RECIPES: readonly Recipe[] = [
  {
    name: 'user',
    title: "The container's user is not root: no capability",
    user: 1000,
    ...inUserNamespace([]),
  },
  {
    name: 'root',
    title: "The container's user is root: CAP_SETFCAP alone",
    user: 0,
    ...inUserNamespace(['SETFCAP']),
  },
  {
    name: 'capabilities',
    title: "/proc stays hidden in part, the container's user is root: six capabilities",
    user: 0,
    checkpoint: { capabilities: ROOT_NEEDS, seccomp: 'unconfined', unmaskProc: false },
    restore: { capabilities: ROOT_NEEDS, seccomp: 'capabilities', unmaskProc: false },
  },
];

export const recipeNamed = (name: Recipe['name']): Recipe =>
  RECIPES.find((recipe) => recipe.name === name) as Recipe;

/** The reason for each, in words for people. */
export const REASONS = {
  unconfined:
    'no seccomp profile at a checkpoint: the engine must suspend the filter of the program that it dumps, and the kernel allows that to nobody who is under a filter himself',
  profile: "a profile of its own at a restore: runtimes' own deny what it needs. It allows",
  unmaskProc:
    'all of /proc: in a user namespace the kernel mounts no new /proc while parts of the old one are hidden',
} as const;

import { NEEDED_FOR } from './capabilities.ts';
import { RECIPES, type Recipe } from './recipes.ts';
import { type ProfileName, RESTORE_NEEDS } from './seccomp-profile.ts';
import { containerLines, type KnownRuntime, setting } from './settings.ts';

const COMMANDS = {
  checkpoint: ['crac', 'run', '--image', '/images/app', 'app.js'],
  restore: ['crac', 'restore', '/images/app'],
};

const userOf = ({ name }: Recipe): number => (name === 'user' ? 1000 : 0);

const indent = (lines: string[]): string[] => lines.map((line) => `    ${line}`);

const reasons = (names: readonly string[]): string[] =>
  names.map((name) => `  CAP_${name}: ${NEEDED_FOR[name]}`);

const calls = (name: ProfileName): string[] =>
  Object.entries(RESTORE_NEEDS[name]).map(([call, why]) => `    ${call}: ${why}`);

/** What `crac doctor --for RUNTIME` prints. */
export function settingsText(runtime: KnownRuntime): string {
  const blocks = RECIPES.flatMap((recipe, index) => [
    `${index + 1}. ${recipe.title}`,
    ...(['checkpoint', 'restore'] as const).flatMap((operation) => [
      `  ${operation}`,
      ...indent(containerLines(runtime, recipe[operation], userOf(recipe), COMMANDS[operation])),
    ]),
    '',
  ]);
  const largest = RECIPES.flatMap(({ checkpoint }) => checkpoint.capabilities);
  return [
    `The smallest settings of ${runtime}, smallest first. An image is restored in the way it was made.`,
    '',
    ...blocks,
    'Why each',
    '  no seccomp profile at a checkpoint: the engine must suspend the filter of the program that it dumps, and the',
    '    kernel allows that to nobody who is under a filter himself',
    "  a profile of its own at a restore: runtimes' own deny what it needs. It allows",
    ...calls('user'),
    '    and with the six capabilities',
    ...calls('capabilities'),
    '  all of /proc: in a user namespace the kernel mounts no new /proc while parts of the old one are hidden',
    ...reasons([...new Set(largest)]),
    '',
    'With a read-only root file system also a writable /tmp. Where AppArmor or SELinux forbid mounts:',
    ...indent(setting(runtime, 'lsm-off')),
    '',
  ].join('\n');
}

/** The same for programs. */
export const settingsJson = (runtime: KnownRuntime) => ({
  runtime,
  recipes: RECIPES.map((recipe) => ({
    ...recipe,
    user: userOf(recipe),
    lines: {
      checkpoint: containerLines(runtime, recipe.checkpoint, userOf(recipe), COMMANDS.checkpoint),
      restore: containerLines(runtime, recipe.restore, userOf(recipe), COMMANDS.restore),
    },
  })),
});

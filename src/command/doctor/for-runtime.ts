import { wrap } from '../base/wrap.ts';
import { NEEDED_FOR } from './capabilities.ts';
import { REASONS, RECIPES } from './recipes.ts';
import { type ProfileName, RESTORE_NEEDS } from './seccomp-profile.ts';
import { containerLines, type KnownRuntime, setting } from './settings.ts';

const COMMANDS = {
  checkpoint: ['crac', 'run', '--image', '/images/app', 'app.js'],
  restore: ['crac', 'restore', '/images/app'],
};

const indent = (lines: string[]): string[] => lines.map((line) => `    ${line}`);

const reasons = (names: readonly string[]): string[] =>
  names.map((name) => `  CAP_${name}: ${NEEDED_FOR[name]}`);

const calls = (name: ProfileName): string[] =>
  Object.entries(RESTORE_NEEDS[name]).map(([call, why]) => `    ${call}: ${why}`);

/** Writes what `crac doctor --for RUNTIME` prints. */
export function settingsText(runtime: KnownRuntime): string {
  const blocks = RECIPES.flatMap((recipe, index) => [
    `${index + 1}. ${recipe.title}`,
    ...(['checkpoint', 'restore'] as const).flatMap((operation) => [
      `  ${operation}`,
      ...indent(containerLines(runtime, recipe[operation], recipe.user, COMMANDS[operation])),
    ]),
    '',
  ]);
  const largest = RECIPES.flatMap(({ checkpoint }) => checkpoint.capabilities);
  return [
    `The smallest settings of ${runtime}, smallest first. An image is restored in the way it was made.`,
    '',
    ...blocks,
    'Why each',
    ...wrap(REASONS.unconfined, 116, '  ', '    '),
    `  ${REASONS.profile}`,
    ...calls('user'),
    '    and with the six capabilities',
    ...calls('capabilities'),
    `  ${REASONS.unmaskProc}`,
    ...reasons([...new Set(largest)]),
    '',
    'With a read-only root file system also a writable /tmp. Where AppArmor or SELinux forbid mounts:',
    ...indent(setting(runtime, 'lsm-off')),
    '',
  ].join('\n');
}

/** Writes the same for programs. */
export const settingsJson = (runtime: KnownRuntime) => ({
  runtime,
  recipes: RECIPES.map((recipe) => ({
    ...recipe,
    lines: {
      checkpoint: containerLines(runtime, recipe.checkpoint, recipe.user, COMMANDS.checkpoint),
      restore: containerLines(runtime, recipe.restore, recipe.user, COMMANDS.restore),
    },
  })),
});
